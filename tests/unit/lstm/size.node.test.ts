/** What the library weighs on its way to a browser, without TensorFlow.js, which nobody needs who only scores and trains. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { build, type Rolldown } from 'vite';
import { loadKernels } from '../../support/kernels';

const folder = join(import.meta.dirname, '../../../src/lib/lstm');
const entries = [
  'wasm/engine',
  'webgpu/engine',
  'webgpu/device',
  'webgpu/autotune',
  'reference/engine',
  'routing',
  'sharing',
  'engine-test',
  'foreign-weights'
];

test('lstm stays under 30 kB of gzip, its WebAssembly under 24 kB', async () => {
  const built = (await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry: entries.map((name) => join(folder, `${name}.ts`)), formats: ['es'] }
    }
  })) as Rolldown.RolldownOutput[];
  const code = built.flatMap(({ output }) => output.flatMap((file) => (file.type === 'chunk' ? [file.code] : [])));
  const codeBytes = gzipSync(code.join('\n')).length;
  const modules = await Promise.all((['plain', 'relaxed'] as const).map(async (flavour) => loadKernels(flavour)));
  const moduleBytes = modules.reduce((sum, { byteLength }) => sum + byteLength, 0);
  console.log(`lstm: ${codeBytes} bytes of gzip; its two WebAssembly modules: ${moduleBytes} bytes`);
  expect(codeBytes).toBeGreaterThan(10_000);
  expect(codeBytes).toBeLessThan(30_000);
  expect(moduleBytes).toBeLessThan(24_000);
});
