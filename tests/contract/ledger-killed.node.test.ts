/**
 * What is left of a ledger when the whole browser is killed, at every point around its commits: everything acknowledged, each effect once, an
 * operation and the row that it tells of both or neither. Some threads, each with a database and a backend of its own, are stopped at a point
 * each; then the browser is killed, and started again on the same data.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { createKilledLedger, type Acknowledgement, type KilledLedger } from '../support/killed-ledger';
import type { Found, Plan } from '../support/ledger-writer.worker';
import { createOwnBrowser, type OwnBrowser } from '../support/own-browser';

const laneCount = 11;
/** An upper bound of the time between a write's request and its being stored, here: kills fall into all of it. */
const storingMs = 12;
/** Pages differ; each takes the database's version, a change, and how far it came. */
const leastOfPage = 3;
const random = createRandom(5);

interface Lane {
  kept: KilledLedger;
  plan: Plan;
  /** Resolves when the thread has come to where its plan wants it. */
  come: Promise<void>;
  arrive: () => void;
  /** Lets a thread go on that is to be killed while it goes on. */
  release: (() => void) | null;
  counts: Record<string, number>;
}

const lanes = Array.from({ length: laneCount }, (): Lane => {
  const nowhere = { come: Promise.resolve(), arrive: () => {}, release: null, counts: {} };
  return { kept: createKilledLedger(), plan: planOf('', 'never'), ...nowhere };
});
const broken: string[] = [];
let rounds = 0;
let browser: OwnBrowser;

beforeAll(async () => {
  const worker = join(import.meta.dirname, '../support/ledger-writer.worker.ts');
  const answer = (_: string, url: string, body: string) => {
    const [, lane = 'none', path = ''] = /^\/(\d+)\/(.*)$/.exec(url) ?? [];
    const found = lanes[Number(lane)];
    return found ? answerLane(found, path, body, `round ${rounds}, ${describePlan(found.plan)}`) : null;
  };
  browser = await createOwnBrowser(worker, { workers: laneCount, answer });
}, 30_000);

afterAll(async () => {
  await browser.close();
});

it('a killed browser loses nothing that was acknowledged, wherever in the ledger it is killed', async () => {
  // The first kills fall before there is a device; the last thread's whole round shows how many writes everything takes.
  await runRound(pointsOf('device', 2));
  const { counts } = lanes.at(-1)!;
  expect(Object.keys(counts)).toEqual(expect.arrayContaining(phases));
  const points = [
    ...phases.flatMap((phase) => pointsOf(phase, phase === 'integrate' ? leastOfPage : counts[phase]!)),
    ...(['arrived', 'in part', 'applied', 'acknowledged'] as const).map((at) => planOf('push', at)),
    planOf('pull', 'acknowledged')
  ];
  while (points.length > 0) await runRound(points.splice(0, laneCount));
  await runRound(lanes.map(() => ({ ...planOf('', 'during'), isEndless: true })));
  await runRound([]);
  expect(broken).toEqual([]);
  for (const { kept } of lanes) {
    const { operations, refused } = kept.count();
    expect(operations).toBeGreaterThan(5 * rounds);
    expect(refused).toBeGreaterThan(rounds / 2);
  }
}, 120_000);

const phases = ['commit', 'pump', 'model', 'finding', 'settle', 'integrate', 'resolve', 'renew', 'start again'];

/** Where a transaction of so many writes is cut off. */
function pointsOf(phase: string, writes: number): Plan[] {
  const inside = planOf(phase, Math.ceil(writes / 2));
  return [inside, planOf(phase, 'during', writes), planOf(phase, 'stored'), planOf(phase, 'acknowledged')];
}

function planOf(phase: string, at: Plan['at'], write = 0): Plan {
  return { stamp: '', phase, at, write, isEndless: false };
}

const describePlan = ({ phase, at, write }: Plan) => `${phase} ${at} ${write || ''}`;

/** Starts the browser on what the one before left, lets every thread come to its point, and kills all at once. */
async function runRound(plans: Plan[]): Promise<void> {
  rounds++;
  for (const [i, lane] of lanes.entries()) {
    lane.plan = { ...(plans[i] ?? planOf('', 'never')), stamp: `${rounds}-${i}` };
    lane.release = null;
    lane.come = new Promise((resolve) => (lane.arrive = resolve));
  }
  browser.start();
  await Promise.all(lanes.map(({ come }) => come));
  const moving = lanes.filter(({ release }) => release);
  for (const { release } of moving) release!();
  if (moving.length > 0) await pause(storingMs * random.uniform());
  if (lanes.some(({ plan }) => plan.isEndless)) await pause(1000 + 500 * random.uniform());
  await browser.kill();
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = new Promise<never>(() => {});

function answerLane(lane: Lane, path: string, body: string, where: string): Promise<unknown> {
  const { kept, plan } = lane;
  const note = (faults: string[]) => void broken.push(...faults.map((fault) => `${where}: ${fault}`));
  const stop = () => {
    lane.arrive();
    return never;
  };
  switch (path.replace(/\?.*/, '')) {
    case 'plan':
      return kept.interfere(plan.stamp).then(() => plan);
    case 'found':
      note(kept.checkFound(JSON.parse(body) as Found));
      if (plan.isEndless) lane.arrive();
      return Promise.resolve(null);
    case 'acknowledged':
      kept.acknowledge(JSON.parse(body) as Acknowledgement);
      return Promise.resolve(null);
    case 'resolved':
      kept.resolve(JSON.parse(body) as string);
      return Promise.resolve(null);
    case 'stopped':
      lane.arrive();
      return Promise.resolve(null);
    case 'ready':
      lane.arrive();
      return new Promise((resolve) => (lane.release = () => resolve(null)));
    case 'done': {
      const { counts, found } = JSON.parse(body) as { counts: Record<string, number>; found: Found };
      if (plan.at !== 'never') note(['did not come to its point']);
      lane.counts = counts;
      note([...kept.checkFound(found), ...kept.checkDrained(found)]);
      lane.arrive();
      return Promise.resolve(null);
    }
    case 'api/v1/sync/push':
      if (plan.phase === 'push' && plan.at === 'arrived') return stop();
      if (plan.phase === 'push' && plan.at === 'in part') return kept.push(body, 2).then(stop);
      if (plan.phase === 'push' && plan.at === 'applied') return kept.push(body).then(stop);
      return kept.push(body);
    case 'api/v1/sync/pull':
      return kept.pull(path);
    default:
      note([body]);
      return stop();
  }
}
