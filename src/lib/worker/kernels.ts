/** Where a thread of the browser gets the compiled kernels from: files of the app, cached for offline use like the rest. */
import plain from '../../../build/kernels/plain.wasm?url';
import relaxed from '../../../build/kernels/relaxed.wasm?url';
import type { LoadKernels } from '../lstm/wasm/module';

const addresses = { plain, relaxed };

/** Rejects where the file cannot be had. */
export const loadKernels: LoadKernels = async (flavour) => {
  const response = await fetch(addresses[flavour]);
  if (!response.ok) throw new Error(`${addresses[flavour]}: status ${response.status}`);
  return response.arrayBuffer();
};
