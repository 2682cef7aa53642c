/** Lays out what the subjects need under `build/bench`: the case as files, the ONNX model, the modules, the page, served to a browser. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileWhenNeeded } from '../../src/server/kernels.mjs';
import { build, preview, type InlineConfig } from 'vite';
import { shape, type BenchCase } from './case';
import { writeOnnx, type Protobuf } from './onnx';
import type { Peers } from './peers';
import { writeRoof } from './subjects/wasm-roof';

/** What `wabt` gives. */
type Wabt = () => Promise<{
  parseWat(name: string, text: string, features: object): { toBinary(options: object): { buffer: Uint8Array } };
}>;

const root = join(import.meta.dirname, '../..');

/** Everything the bench makes lies here, ignored by Git. */
export const folder = join(root, 'build/bench');
const shared = join(folder, 'public');
/** The case as files, for the page and for Python. */
export const caseFolder = join(shared, 'case');

const flavours = ['plain', 'relaxed'] as const;

/** Writes the case, the model and the modules. */
export async function layOut(peers: Peers, bench: BenchCase): Promise<void> {
  rmSync(shared, { recursive: true, force: true });
  for (const name of ['case', 'roof', 'ort']) mkdirSync(join(shared, name), { recursive: true });
  const write = (name: string, data: Float32Array | Int32Array | Uint8Array) => writeFileSync(join(shared, name), data);

  write('case/parameters.f32', bench.parameters);
  write('case/values.f32', bench.series.values);
  write('case/starts.i32', bench.starts);
  write('case/windows.f32', bench.windows);
  write('case/model.onnx', writeOnnx(peers.load('protobufjs') as Protobuf, shape, bench.parameters));
  for (const file of ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
    cpSync(peers.locate('onnxruntime-web', `dist/${file}`), join(shared, 'ort', file));
  }

  await compileWhenNeeded();
  const wabt = await (peers.load('wabt') as Wabt)();
  for (const flavour of flavours) {
    const module = wabt.parseWat(flavour, writeRoof(flavour), { simd: true, relaxed_simd: true });
    write(`roof/${flavour}.wasm`, module.toBinary({}).buffer);
  }
}

/** Builds the page and serves it on the loopback, isolated, so that its clock ticks in microseconds. */
export async function servePage(): Promise<{ address: string; close: () => Promise<void> }> {
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'warn',
    root: join(import.meta.dirname, 'page'),
    publicDir: shared,
    resolve: { alias: { $lib: join(root, 'src/lib') } },
    build: { outDir: join(folder, 'page'), emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 4096 },
    worker: { format: 'es' },
    preview: {
      host: '127.0.0.1',
      port: 0,
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    }
  };
  await build(config);
  const server = await preview(config);
  return { address: server.resolvedUrls!.local[0]!, close: () => server.close() };
}
