/**
 * `node tests/bench/files.mjs [--rows N] [--runs N] [--megabytes N]`: what reading and importing a CSV file costs beside PapaParse
 * alone, and the memory that a large file takes. Built first: a module runner would slow down what is measured.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
const outDir = join(root, 'build/bench-files');
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  resolve: { alias: { $lib: join(root, 'src/lib') } },
  build: { ssr: join(import.meta.dirname, 'files/main.ts'), outDir, target: 'node20', minify: false }
});
// A process of its own, so that its memory is that of the import; PapaParse holds a million rows of strings.
const words = ['--max-old-space-size=6000', join(outDir, 'main.js'), ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1;
