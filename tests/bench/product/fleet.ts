/**
 * Ten thousand pumps of ten channels, a reading each 5 s, in one tab that shows the fleet: whether every reading is scored, how far behind
 * the page is, what waits, and whether memory stays flat. The source is the simulated one, which runs in the live thread and is paid for
 * with it.
 */
import { nameAssets } from '$lib/simulate/fleet';
import { findMedian, findPercentile } from '../statistics';
import { coreShare, measureFor, openBrowser, type OwnPage, type Usage } from './browser';
import type { SectionRun } from './figure';
import type { Probe } from './probe';
import { loadModel, readStored, setUpPlant } from './prepare';

const pumps = 10_000;
const stepMs = 5000;
const everyS = 10;
/** Until the windows of all pumps are full, and what came with the start is over. */
const settleS = 120;
/** Pumps whose stored rows are looked at. */
const checkedPumps = 10;
const mostGrowth = 1.05;

interface Moment extends Usage {
  probe: Probe;
  heapsMb: Record<string, number>;
}

export async function measureFleet(run: SectionRun): Promise<void> {
  const minutes = run.isTrial ? 1 : run.minutes;
  const own = await openBrowser(run.scratch, 'profile');
  const model = loadModel(stepMs);
  const asset = 'Bench';
  try {
    await setUpPlant(own.page, run.origin, {
      setup: { kind: 'twin', id: 'fleet', name: 'Fleet', asset, pumps, rateHz: 1000 / stepMs, seed: 1, speed: 1 },
      pumps,
      ...model
    });
    await own.open(`${run.origin}/`);
    await watch(run, own, settleS);
    // Garbage is collected before and after what is measured: it stops the threads.
    const heapsBefore = await own.heapsMb(true);
    await watch(run, own, 2 * everyS);
    const moments = await watch(run, own, 60 * minutes);
    report(run, moments);
    const heapsAfter = await own.heapsMb(true);
    for (const [name, mb] of Object.entries(heapsAfter)) {
      run.add(`heap of ${name} at the end`, mb, 'MB');
      run.add(`heap of ${name}, grown in ${minutes} min`, mb - (heapsBefore[name] ?? NaN), 'MB');
    }
    await checkStored(run, own, asset, model.manifest.id);
  } finally {
    await own.close();
  }
}

/** Looks again and again for so many seconds. */
async function watch(run: SectionRun, own: OwnPage, seconds: number): Promise<Moment[]> {
  const moments = [await look(own)];
  const endMs = performance.now() + 1000 * seconds;
  while (performance.now() < endMs) {
    await measureFor(everyS);
    moments.push(await look(own));
    run.say(describeMoment(moments));
  }
  return moments;
}

/** What lies on the disk of some pumps, and how long it takes to read while monitoring goes on. */
async function checkStored(run: SectionRun, own: OwnPage, asset: string, modelId: string): Promise<void> {
  const names = nameAssets(asset, pumps).filter((_, i) => i % (pumps / checkedPumps) === 0);
  const startMs = performance.now();
  const stored = await readStored(own.page, names, modelId);
  run.add('recording of one pump read from the disk', (performance.now() - startMs) / checkedPumps, 'ms');
  run.add('stored readings without a score', (100 * stored.unscored) / stored.sinceFirstScore, '%', 0);
  run.note(
    `of ${checkedPumps} pumps ${stored.readings} readings lay on the disk, ${stored.sinceFirstScore} since their first score.`
  );
}

async function look(own: OwnPage): Promise<Moment> {
  return { probe: await own.takeProbe(), ...(await own.usage()), heapsMb: await own.heapsMb(false) };
}

function report(run: SectionRun, moments: Moment[]): void {
  const [first, last] = [moments[0]!, moments.at(-1)!];
  const after = moments.slice(1);
  const ages = after.flatMap(({ probe }) => probe.agesMs);
  const gaps = after.flatMap(({ probe }) => probe.frameGapsMs);
  const sum = (count: (probe: Probe) => number) => after.reduce((total, { probe }) => total + count(probe), 0);
  const most = (values: number[]) => values.reduce((found, value) => Math.max(found, value), 0);
  const seconds = (last.atMs - first.atMs) / 1000;
  const due = (seconds * pumps * 1000) / stepMs;
  const taken = (last.probe.live?.readings ?? 0) - (first.probe.live?.readings ?? 0);
  const told = sum(({ scored, unscored }) => scored + unscored);
  run.add('readings short of those due', Math.max(0, 100 * (1 - taken / due)), '%', 1);
  run.add('readings told without a score', (100 * sum(({ unscored }) => unscored)) / told, '%', 0);
  run.add('readings lost, or late', (last.probe.live?.lost ?? NaN) + (last.probe.live?.late ?? NaN), '', 0);
  run.add('page behind the samples, median', findMedian(ages) / 1000, 's');
  run.add('page behind the samples, p99', findPercentile(ages, 0.99) / 1000, 's', 1);
  run.add('page behind the samples, most', most(ages) / 1000, 's');
  run.add('readings waiting at a message, most', most(after.map(({ probe }) => probe.live?.mostWaiting ?? NaN)), '');
  run.add('readings waiting at the end', last.probe.live?.waiting ?? NaN, '');
  run.add('time between frames of the page, p99', findPercentile(gaps, 0.99), 'ms');
  run.add('time between frames of the page, most', most(gaps), 'ms');
  run.add('share of a core, all processes', 100 * coreShare(first, last), '%');
  const third = Math.ceil(after.length / 3);
  const [early, later] = [after.slice(0, third), after.slice(-third)].map((part) =>
    findMedian(part.map(({ memoryMb }) => memoryMb))
  );
  run.add('memory of all processes, last third', later!, 'MB');
  run.add('memory of all processes, last third against first', later! / early!, '×', mostGrowth);
  run.note(
    `${last.probe.live?.assets ?? 0} pumps; ${taken} readings in ${seconds.toFixed(0)} s; fault: ${last.probe.live?.fault ?? 'none'}.`
  );
}

function describeMoment(moments: Moment[]): string {
  const now = moments.at(-1)!;
  const before = moments.at(-2);
  const { live, agesMs, frameGapsMs, scored, unscored } = now.probe;
  const heaps = Object.entries(now.heapsMb).map(([name, mb]) => `${name} ${mb.toFixed(0)}`);
  return [
    `  ${live?.readings ?? 0} readings of ${live?.assets ?? 0} pumps`,
    `scored ${scored}, not ${unscored}`,
    `waiting ${live?.waiting ?? 0}, lost ${live?.lost ?? 0}`,
    `behind ${(findMedian(agesMs) / 1000).toFixed(2)} s, p99 ${(findPercentile(agesMs, 0.99) / 1000).toFixed(2)} s`,
    `stored ${((live?.storedBehindMs ?? NaN) / 1000).toFixed(1)} s ago`,
    `frames p99 ${findPercentile(frameGapsMs, 0.99).toFixed(0)} ms`,
    `${before ? (100 * coreShare(before, now)).toFixed(0) : '–'} % of a core`,
    `${now.memoryMb.toFixed(0)} MB; heaps ${heaps.join(', ')}`
  ].join('; ');
}
