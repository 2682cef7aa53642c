/**
 * Compiles the AssemblyScript kernels of `src/lib/lstm/wasm/assembly` to `build/kernels/{plain,relaxed}.wasm` when their
 * sources have changed. A Vite plugin, so that a build, a development server and a test run all find them there.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const root = join(import.meta.dirname, '../..');
const sources = join(root, 'src/lib/lstm/wasm/assembly');
const output = join(root, 'build/kernels');

/** The two builds of one source. */
const flavours = { plain: [], relaxed: ['--enable', 'relaxed-simd'] };
// No memory, stack, static data or runtime of its own: the module also runs on a heap that belongs to somebody else.
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noExportMemory']
  // Vectors go from file to file, never to the caller.
  .concat('--disableWarning', '112');

/** @returns {import('vite').Plugin} */
export function kernels() {
  return { name: 'lstm-kernels', buildStart: compileWhenNeeded };
}

/** Compiles both builds when they are missing or older than the sources; throws with the compiler's words when it fails. */
export async function compileWhenNeeded() {
  const hash = createHash('sha256').update(JSON.stringify([asc.version, options, flavours]));
  for (const name of readdirSync(sources).sort()) hash.update(`\0${name}\0`).update(readFileSync(join(sources, name)));
  const state = hash.digest('hex');
  const stamp = join(output, 'stamp');
  const isThere = [stamp, ...Object.keys(flavours).map((flavour) => join(output, `${flavour}.wasm`))].every(existsSync);
  if (isThere && readFileSync(stamp, 'utf8') === state) return;
  mkdirSync(output, { recursive: true });
  for (const [flavour, more] of Object.entries(flavours)) {
    const { error, stderr, binary } = await compile([join(sources, 'index.ts'), ...options, ...more]);
    if (error || !binary) throw new Error(`The kernels do not compile.\n${stderr}`);
    replace(join(output, `${flavour}.wasm`), binary);
  }
  replace(stamp, state);
}

/** @param {string[]} parameters */
async function compile(parameters) {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main([...parameters, '--outFile', 'kernels.wasm'], {
    writeFile: (_, contents) => void (binary = /** @type {Uint8Array} */ (contents))
  });
  return { error, stderr: stderr.toString(), binary };
}

/** Two builds at a time may write the same file: each writes its own and renames it. @param {string} path @param {string | Uint8Array} contents */
function replace(path, contents) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, contents);
  renameSync(own, path);
}
