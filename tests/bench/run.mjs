/**
 * `npm run bench`: the engines of `src/lib/lstm` beside their peers, in a real browser and in Node; and the built app in a browser, against
 * its goals. `--help` lists the flags.
 */
import { join } from 'node:path';
import { runnerImport } from 'vite';

/** @typedef {typeof import('./options')} OptionsModule */
/** @typedef {typeof import('./bench')} BenchModule */

/**
 * Loads TypeScript of the bench with what it imports.
 * @template Module
 * @param {string} name
 * @returns {Promise<Module>}
 */
async function load(name) {
  const alias = { $lib: join(import.meta.dirname, '../../src/lib') };
  const path = join(import.meta.dirname, name);
  return (await runnerImport(path, { configFile: false, resolve: { alias } })).module;
}

const given = process.argv.slice(2);
/** @type {OptionsModule} */
const { parseOptions, usage } = await load('options.ts');
const options = parseOptions(given);
if (options) {
  /** @type {BenchModule} */
  const { runBench } = await load('bench.ts');
  process.exitCode = (await runBench(options, ['npm run bench', ...(given.length ? ['--', ...given] : [])].join(' ')))
    ? 0
    : 1;
} else console.log(usage);
