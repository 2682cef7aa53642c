/** The CPU kernels in a browser, with the build it takes, and with the one for browsers without relaxed SIMD. */
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '$lib/worker/kernels';
import { describeLstmEngine } from './lstm-engine.contract';

describeLstmEngine('WebAssembly in a browser', () => createWasmEngine(loadKernels));
describeLstmEngine('WebAssembly without relaxed SIMD', () => createWasmEngine(loadKernels, 'plain'), {
  maximumWork: 1e8
});
