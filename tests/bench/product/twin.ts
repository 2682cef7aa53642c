/** A month of the simulated pump, as the command line writes it, twice. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findMedian } from '../statistics';
import type { SectionRun } from './figure';
import { root } from './site';

const monthHours = 720;
const goalS = 10;

export async function measureTwin(run: SectionRun): Promise<void> {
  const hours = run.isTrial ? 24 : monthHours;
  const times: number[] = [];
  const hashes = new Set<string>();
  for (const name of ['first.csv', 'second.csv', 'third.csv'].slice(0, run.isTrial ? 2 : 3)) {
    const file = join(run.scratch, name);
    times.push(await simulate(file, hours));
    hashes.add(await hashFile(file));
  }
  const what = `${hours} h of ten channels at 1 Hz, written as CSV`;
  run.add(`${what}, time of one core`, findMedian(times), 's', run.isTrial ? null : goalS);
  run.add('recordings of one seed that differ', hashes.size - 1, '', 0);
}

/** Runs the command; its processor time, seconds, as it tells it. */
async function simulate(file: string, hours: number): Promise<number> {
  const words = ['simulate', '--csv', file, '--hours', `${hours}`, '--seed', '7'];
  const child = spawn(process.execPath, [join(root, 'build/cli/main.js'), ...words], {
    stdio: ['ignore', 'ignore', 'pipe']
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = Number(/([\d.]+) s of processor time/.exec(output)?.[1]);
  if (code !== 0 || Number.isNaN(seconds)) throw new Error(`simulate ended with ${code}: ${output}`);
  return seconds;
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
