/** TensorFlow.js in Node: its wasm backend from the package's own binaries, after the same self-test as in a browser. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DetectorFamily } from '../lib/domain/ports';
import { chooseDevice } from '../lib/models/device';
import { createAutoencoderFamily } from '../lib/models/family';
import { InputError } from './usage';

const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** Opens the engine. */
export async function openEngine(): Promise<DetectorFamily> {
  const now = () => performance.now();
  const status = await chooseDevice('wasm', {
    wasmPaths: {
      'tfjs-backend-wasm.wasm': join(folder, 'tfjs-backend-wasm.wasm'),
      'tfjs-backend-wasm-simd.wasm': join(folder, 'tfjs-backend-wasm-simd.wasm'),
      'tfjs-backend-wasm-threaded-simd.wasm': join(folder, 'tfjs-backend-wasm-threaded-simd.wasm')
    },
    now,
    onLost: () => {}
  });
  if (!status.ok) throw new InputError(status.fault);
  return createAutoencoderFamily(status.value.backend, now);
}
