/** The CPU engine in Node: the same kernels as in a browser, after the same self-test. */
import plain from '../../build/kernels/plain.wasm?url&inline';
import relaxed from '../../build/kernels/relaxed.wasm?url&inline';
import type { DetectorFamily } from '../lib/domain/ports';
import { chooseEngine } from '../lib/models/device';
import { createAutoencoderFamily } from '../lib/models/family';
import { InputError } from './usage';

const addresses = { plain, relaxed };

/** Opens the engine. */
export async function openEngine(): Promise<DetectorFamily> {
  const now = () => performance.now();
  const chosen = await chooseEngine('wasm', {
    loadKernels: async (flavour) => (await fetch(addresses[flavour])).arrayBuffer(),
    openRemotes: () => [],
    measured: { read: async () => undefined, write: async () => {} },
    now,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    onLost: () => {}
  });
  if (!chosen.ok) throw new InputError(chosen.fault);
  return createAutoencoderFamily(chosen.value.engine, now);
}
