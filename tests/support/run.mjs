/**
 * `npm run check`: everything that can be known without a browser; what has not changed since the last one is not looked at again. `npm test`: that, then the build,
 * the engines in Node, the browser tests and the end-to-end tests, the size of the shell among them. Each step is printed with its seconds, and with its
 * output when it fails. The last line counts the tests.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhenNeeded } from '../../src/server/build-when-needed.mjs';
import { provideChromium } from './chromium-install.mjs';
import { provideMosquitto } from './mosquitto.mjs';
import { providePostgres } from './postgres.mjs';
import { countResults, summarise } from './results.mjs';

/** @typedef {{ name: string, command: string[], env?: Record<string, string> }} Step */

const root = join(import.meta.dirname, '../..');
const reports = join(root, 'test-results');
const cache = join(root, 'node_modules/.cache');
const cores = 2;
const stopping = new AbortController();

const projects = [
  'src/lib/tsconfig.stages.json',
  'src/lib/ingest',
  'src/lib/worker',
  'src/tsconfig.service-worker.json',
  // With the server.
  'src/cli',
  'tests/support'
];

// The longest first, so that the two that run at a time end together.
/** @type {Step[]} */
const checks = [
  vitest('unit', '--maxWorkers=2'),
  { name: 'lint', command: ['eslint', '--max-warnings', '0', ...cachedIn('eslint'), '.'] },
  { name: 'types of the app', command: ['svelte-check', '--fail-on-warnings', '--output', 'human', '--tsgo'] },
  ...projects.map(typesOf),
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', ...cachedIn('prettier'), '.'] },
  { name: 'unused code', command: ['knip', '--treat-config-hints-as-errors'] }
];

/** @type {Step} */
const e2e = {
  name: 'end-to-end tests',
  command: ['playwright', 'test', '-c', 'tests/e2e/playwright.config.ts'],
  env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'e2e.json') }
};

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports);
const isWhole = process.argv[2] === 'test';
const isGood = (await check()) && (!isWhole || (await testInBrowser()));
const suites = isWhole ? ['unit', 'node', 'browser', 'e2e'] : ['unit'];
const results = countResults(suites.map((suite) => join(reports, `${suite}.json`)));
for (const name of results.skipped) console.log(`skipped: ${name}`);
console.log(summarise(results));
process.exitCode = isGood && results.failed === 0 ? 0 : 1;

async function check() {
  if (!(await runStep({ name: 'sync', command: ['svelte-kit', 'sync'] }))) return false;
  const queue = [...checks];
  let isGood = true;
  const lane = async () => {
    for (let step = queue.shift(); step && isGood; step = queue.shift()) {
      if (await runStep(step)) continue;
      isGood = false;
      stopping.abort();
    }
  };
  await Promise.all(Array.from({ length: cores }, lane));
  return isGood;
}

async function testInBrowser() {
  try {
    provideChromium(console.log);
    provideMosquitto(console.log);
    providePostgres(console.log);
    const startMs = Date.now();
    await buildWhenNeeded(['client', 'server', 'cli'], () => {});
    report('✓', 'build', startMs);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return false;
  }
  // Two files of Node's at a time beside the browser's: both wait for disks, clocks and pages half of the time. What a person does comes after them.
  const inOrder = [
    await Promise.all([
      runAll([vitest('browser')]),
      runAll([typesOf('tests/bench'), vitest('node', '--maxWorkers=2')])
    ]),
    await runAll([e2e])
  ];
  return inOrder.flat().every((isGood) => isGood);
}

/** What is unchanged since the last run is not looked at again; a fresh clone looks at everything. @param {string} tool */
function cachedIn(tool) {
  return ['--cache', '--cache-strategy', 'content', '--cache-location', join(cache, tool, 'cache')];
}

/**
 * Checks the types of a project, by TypeScript 7: in a tenth of the time that TypeScript 6 takes, which ESLint still builds on.
 * @param {string} project
 * @returns {Step}
 */
function typesOf(project) {
  return { name: `types of ${project}`, command: ['node', 'node_modules/@typescript/native/bin/tsc', '-p', project] };
}

/**
 * @param {'unit' | 'node' | 'browser'} project
 * @param {string[]} more
 * @returns {Step}
 */
function vitest(project, ...more) {
  const output = `--outputFile.json=${join(reports, `${project}.json`)}`;
  return {
    name: `${project} tests`,
    command: ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', output, ...more]
  };
}

/**
 * Runs steps one after the other, all of them, whatever becomes of the first.
 * @param {Step[]} steps
 */
async function runAll(steps) {
  let isGood = true;
  for (const step of steps) if (!(await runStep(step))) isGood = false;
  return isGood;
}

/**
 * Runs a step and prints its line. A warning of Node itself (deprecated, experimental) is printed even when all is well.
 * @param {Step} step
 * @returns {Promise<boolean>}
 */
async function runStep({ name, command: [program = '', ...parameters], env }) {
  const startMs = Date.now();
  const path = program === 'node' ? process.execPath : join(root, 'node_modules/.bin', program);
  const child = spawn(path, parameters, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stopping.signal
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  child.on('error', (error) => (output += error.message));
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (stopping.signal.aborted) return false;
  report(status === 0 ? '✓' : '✗', name, startMs);
  if (status !== 0) console.log(output);
  else for (const line of output.split('\n').filter((line) => /^\(node:\d+\)/.test(line))) console.log(`  ${line}`);
  return status === 0;
}

/**
 * @param {string} mark
 * @param {string} name
 * @param {number} startMs
 */
function report(mark, name, startMs) {
  console.log(`${mark} ${name} ${((Date.now() - startMs) / 1000).toFixed(1)} s`);
}
