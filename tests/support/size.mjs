/**
 * How much must travel before a page of Pumpside works: the shell, the service worker and everything hashed, brotli, save
 * what only computing needs (the workers with TensorFlow.js, wasm, weights). Prints each file; fails above the limit.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const client = join(import.meta.dirname, '../../build/client');
const limitBytes = 130_000;

if (!existsSync(join(client, '200.html'))) {
  console.error('There is no build to measure: run `npm run build` first.');
  process.exit(1);
}

const hashed = readdirSync(join(client, '_app/immutable'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const files = [join(client, '200.html'), join(client, 'service-worker.js'), ...hashed.filter(isShell)];
const sizes = files.map((path) => ({ path, bytes: packedBytes(path) })).sort((a, b) => b.bytes - a.bytes);
const totalBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0);

for (const { path, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${path.slice(client.length + 1)}`);
console.log(`${String(totalBytes).padStart(8)}  bytes (brotli) in all, limit ${limitBytes}`);
if (totalBytes > limitBytes) process.exitCode = 1;

/** @param {string} path */
function isShell(path) {
  if (/\.(br|gz|wasm|bin|map)$/.test(path)) return false;
  // A chunk of the pages never counts as "computing", so TensorFlow.js that leaks into one breaks the limit.
  return !(path.includes('/workers/') && /tensorflow/i.test(readFileSync(path, 'utf8')));
}

/** @param {string} path */
function packedBytes(path) {
  return existsSync(`${path}.br`) ? readFileSync(`${path}.br`).length : brotliCompressSync(readFileSync(path)).length;
}
