/**
 * `npm run sim -- [--seed N] [--runs N]`: the simulation of devices and backend, from a seed on. Ends with 1 where a promise was broken, and
 * says at which seed; `--seed N --runs 1` shows that one again.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

/** @typedef {typeof import('./simulate')} SimulateModule */

const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string' } } });
const first = Number(values.seed ?? 1);
const runs = Number(values.runs ?? (values.seed === undefined ? 300 : 1));
const alias = { $lib: join(import.meta.dirname, '../../src/lib') };
const path = join(import.meta.dirname, 'simulate.ts');
/** @type {{ module: SimulateModule }} */
const { module } = await runnerImport(path, { configFile: false, resolve: { alias } });

const startMs = performance.now();
const total = { events: 0, operations: 0, refused: 0, restarts: 0 };
let failed = 0;
for (let seed = first; seed < first + runs; seed++) {
  const run = await module.simulate(seed);
  total.events += run.events;
  total.operations += run.operations;
  total.refused += run.refused;
  total.restarts += run.restarts;
  if (run.broken.length === 0) continue;
  failed++;
  console.log(`seed ${seed}:\n  ${run.broken.slice(0, 10).join('\n  ')}`);
}
const seconds = (performance.now() - startMs) / 1000;
const figures = `${total.operations} operations, ${total.refused} of them refused, ${total.restarts} kills of the backend, ${total.events} events`;
console.log(
  `${runs} seeds in ${seconds.toFixed(1)} s (${(runs / seconds).toFixed(0)}/s): ${figures}; ${failed} broken.`
);
process.exitCode = failed > 0 ? 1 : 0;
