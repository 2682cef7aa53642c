/** The compiled kernels as a host in Node finds them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadKernels } from '../../src/lib/lstm/wasm/module';

const folder = join(import.meta.dirname, '../../build/kernels');

export const loadKernels: LoadKernels = (flavour) => readFile(join(folder, `${flavour}.wasm`));
