/** The CPU engine in Node: the same kernels as in a browser, after the same self-test. */
import plain from '../../../build/kernels/plain.wasm?url&inline';
import relaxed from '../../../build/kernels/relaxed.wasm?url&inline';
import type { DetectorFamily } from '../../lib/domain/ports';
import { ok, type Result } from '../../lib/domain/result';
import { chooseEngine } from '../../lib/models/device';
import { createAutoencoderFamily } from '../../lib/models/family';

const addresses = { plain, relaxed };

/** Opens the engine; a fault where it does not compute what it must. */
export async function openEngine(): Promise<Result<DetectorFamily>> {
  const now = () => performance.now();
  const chosen = await chooseEngine('wasm', {
    loadKernels: async (flavour) => (await fetch(addresses[flavour])).arrayBuffer(),
    openRemotes: () => [],
    measured: { read: async () => undefined, write: async () => {} },
    now,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    onLost: () => {}
  });
  return chosen.ok ? ok(createAutoencoderFamily(chosen.value.engine, now)) : chosen;
}
