/** One script of what a file imports, for a page or a worker. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './site';

/** Bundles `file` as a classic script that can be evaluated anywhere. */
export async function bundleScript(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { alias: { $lib: join(root, 'src/lib') } },
    build: {
      write: false,
      target: 'es2022',
      rollupOptions: { input: file, output: { format: 'iife' } }
    }
  });
  if (!('output' in built)) throw new Error('Vite built something else than one bundle.');
  return built.output[0].code;
}
