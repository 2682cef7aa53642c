/**
 * Builds what `npm start` and the command line run, but only when the sources have changed since. Beside each output lies
 * a stamp: the hash of everything the build reads.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeVersion } from './code-version.mjs';

/** @typedef {'client' | 'server' | 'cli'} Target */

const root = join(import.meta.dirname, '../..');
const inputs = ['src', 'static', 'models', 'package-lock.json', 'svelte.config.js', 'vite.config.ts', 'tsconfig.json'];

/** @type {Record<Target, { output: string, arguments: string[] }>} */
const builds = {
  client: { output: 'build/client/200.html', arguments: [] },
  server: { output: 'build/server/main.js', arguments: ['--config', 'src/server/vite.config.ts'] },
  cli: { output: 'build/cli/main.js', arguments: ['--config', 'src/cli/vite.config.ts'] }
};

/**
 * Builds those of the targets that are missing or older than the sources, one after the other. Says so in one line, by
 * `say`, before the first; is silent otherwise. Throws with the build's output when a build fails.
 * @param {Target[]} targets
 * @param {(line: string) => void} say
 */
export async function buildWhenNeeded(targets, say) {
  const hash = hashInputs();
  const stale = targets.filter((target) => !isFresh(target, hash));
  if (stale.length > 0) say('Building, once…');
  for (const target of stale) await build(target, hash);
}

/**
 * The same for a command that cannot go on without: a failure is printed and ends the process.
 * @param {Target[]} targets
 * @param {(line: string) => void} say
 */
export async function buildOrExit(targets, say) {
  try {
    await buildWhenNeeded(targets, say);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/**
 * @param {Target} target
 * @param {string} hash
 */
function isFresh(target, hash) {
  const stamp = stampOf(target);
  return existsSync(join(root, builds[target].output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/**
 * @param {Target} target
 * @param {string} hash
 */
async function build(target, hash) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) throw new Error('Vite is not installed: run `npm ci` first.');
  rmSync(stampOf(target), { force: true });
  // Whoever asks may be running Vite for something else, which makes of its process one of development.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [vite, 'build', ...builds[target].arguments], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  /** @type {number | null} */
  const status = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (status !== 0) throw new Error(`The build of ${target} failed.\n${output}`);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(stampOf(target), hash);
}

/** @param {Target} target */
function stampOf(target) {
  return join(root, 'build', `${target}.stamp`);
}

/** SHA-256 over the names and bytes of all inputs, and over the version name the build would get. */
function hashInputs() {
  const hash = createHash('sha256').update(codeVersion());
  for (const input of inputs) {
    const path = join(root, input);
    if (!existsSync(path)) continue;
    const names = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort() : [''];
    for (const name of names) {
      const file = join(path, name);
      if (statSync(file).isFile()) hash.update(`\0${input}/${name}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}
