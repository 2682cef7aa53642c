/** One writer of live rows among several threads, and who takes over when it dies. */
import { afterEach, expect, it } from 'vitest';
import { claimLiveWriter, liveWriterLock } from '$lib/history/live/writer';

const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const act of cleanUp.splice(0)) act();
});

/** A thread, and what it was told. */
function startThread() {
  const worker = new Worker(new URL('../../support/live-claim.worker.ts', import.meta.url), { type: 'module' });
  cleanUp.push(() => worker.terminate());
  const told: string[] = [];
  worker.addEventListener('message', ({ data }) => told.push(data as string));
  return { worker, told };
}

const loading = { timeout: 20_000 };

it('is one thread; the next takes over within two seconds of its death', async () => {
  const first = startThread();
  await expect.poll(() => first.told, loading).toEqual(['writer']);
  const second = startThread();
  await expect.poll(() => second.told, loading).toEqual(['waiting']);
  const here: string[] = [];
  cleanUp.push(claimLiveWriter((role) => here.push(role)));
  await expect.poll(() => here).toEqual(['waiting']);

  const diedMs = performance.now();
  first.worker.terminate();
  await expect.poll(() => second.told, { timeout: 2000, interval: 5 }).toEqual(['waiting', 'writer']);
  console.info(`take-over after ${Math.round(performance.now() - diedMs)} ms`);
  expect(here).toEqual(['waiting']);

  second.worker.postMessage('leave');
  await expect.poll(() => here, { timeout: 2000 }).toEqual(['waiting', 'writer']);
  expect(second.told).toEqual(['waiting', 'writer']);
});

it('leaves the line without becoming the writer, and tells nothing any more', async () => {
  const first: string[] = [];
  const second: string[] = [];
  const third: string[] = [];
  const leaveFirst = claimLiveWriter((role) => first.push(role));
  await expect.poll(() => first).toEqual(['writer']);
  const { held = [] } = await navigator.locks.query();
  expect(held.map((lock) => lock.name)).toContain(liveWriterLock);
  const leaveSecond = claimLiveWriter((role) => second.push(role));
  await expect.poll(() => second).toEqual(['waiting']);
  leaveSecond();
  cleanUp.push(claimLiveWriter((role) => third.push(role)));
  leaveFirst();
  await expect.poll(() => third.at(-1)).toBe('writer');
  expect(second).toEqual(['waiting']);
});
