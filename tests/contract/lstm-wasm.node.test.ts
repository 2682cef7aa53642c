/** The CPU kernels in Node, which is where the command line runs them. */
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '../support/kernels';
import { describeLstmEngine } from './lstm-engine.contract';

describeLstmEngine('WebAssembly in Node', () => createWasmEngine(loadKernels), { maximumWork: 1e7 });
