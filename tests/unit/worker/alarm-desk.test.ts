/** The alarm desk: what happens reaches the ledger once, in order, also over a restart and a disk that is full for a while. */
import { expect, test } from 'vitest';
import type { Ledger } from '$lib/domain/ledger';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createAlarmDesk, type WatchedPump } from '$lib/worker/live/alarms';
import { createLedgerDisk, createMemoryLedger } from '../../support/memory-ledger';

const pump: WatchedPump = {
  assetId: 'a',
  name: 'P-1',
  channels: ['Bearing_Temperature_C'],
  isReferencePump: true,
  newestMs: null
};

function rows(fromMs: number, values: number[], channel = 'Bearing_Temperature_C'): ReadingBlock {
  return {
    assetId: 'a',
    channels: [channel],
    t: Float64Array.from(values, (_, i) => fromMs + 1000 * i),
    columns: [Float32Array.from(values)],
    quality: [new Uint8Array(values.length)]
  };
}

function openPlace(disk = createLedgerDisk(), wrap: (ledger: Ledger) => Ledger = (ledger) => ledger) {
  let nowMs = 1e12;
  let ids = 0;
  const ledger = wrap(createMemoryLedger(disk, { now: () => nowMs, newId: () => `id-${++ids}-${Math.floor(nowMs)}` }));
  const desk = createAlarmDesk(ledger, () => nowMs);
  return {
    desk,
    ledger,
    pass: (ms: number) => void (nowMs += ms),
    states: async () =>
      Object.fromEntries(
        (await ledger.entities({ kind: 'alarm', isOpen: true })).map(({ body }) => [body!.name, body!.state])
      ),
    push: (block: ReadingBlock) =>
      desk.push(
        block,
        null,
        NaN,
        [...block.t].map(() => 'running' as const)
      )
  };
}

const settle = async () => {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const hot = (seconds: number) => Array.from({ length: seconds }, (_, i) => 78 + (i % 2) / 10);
const cool = (seconds: number) => Array.from({ length: seconds }, (_, i) => 60 + (i % 2) / 10);

test('a limit that is passed for long enough raises its alarm; a restart does not raise it again', async () => {
  const disk = createLedgerDisk();
  const first = openPlace(disk);
  await first.desk.take([pump]);
  first.push(rows(0, cool(30)));
  first.push(rows(30_000, hot(120)));
  await settle();
  expect(await first.states()).toMatchObject({ 'Bearing temperature H': 'UNACK' });
  const made = await first.ledger.pendingCount();

  const second = openPlace(disk);
  await second.desk.take([{ ...pump, newestMs: 149_000 }]);
  second.push(rows(150_000, hot(30)));
  await settle();
  expect(await second.ledger.pendingCount()).toBe(made);
  second.push(rows(180_000, cool(300)));
  await settle();
  expect(await second.states()).toMatchObject({ 'Bearing temperature H': 'RTNUN' });
});

test('a pump that falls silent is told after its time, but not for a time in which nobody watched', async () => {
  const { desk, push, pass, states } = openPlace();
  await desk.take([pump]);
  push(rows(0, cool(5)));
  pass(3_600_000);
  desk.forgive();
  desk.tick();
  await settle();
  expect(await states()).toEqual({});
  pass(90_000);
  desk.tick();
  await settle();
  expect(await states()).toEqual({ 'No data': 'UNACK' });
});

test('a channel that comes later gets its rules', async () => {
  const { desk, push, states } = openPlace();
  await desk.take([{ ...pump, channels: [] }]);
  push(rows(0, cool(5)));
  desk.tick();
  await settle();
  push(rows(5000, hot(120)));
  await settle();
  expect(await states()).toMatchObject({ 'Bearing temperature H': 'UNACK' });
});

test('what cannot be written is told, kept in order, and written later', async () => {
  let isFull = true;
  const { desk, push, states } = openPlace(createLedgerDisk(), (ledger) => ({
    ...ledger,
    commit: (drafts, by) => (isFull ? Promise.reject(new Error('full')) : ledger.commit(drafts, by))
  }));
  await desk.take([pump]);
  push(rows(0, hot(120)));
  push(rows(120_000, cool(300)));
  await settle();
  expect(desk.fault()).toMatchObject({ code: 'storage', where: 'alarms', found: 'Error: full' });
  expect(await states()).toEqual({});
  isFull = false;
  desk.tick();
  await settle();
  expect(desk.fault()).toBeNull();
  expect(await states()).toMatchObject({ 'Bearing temperature H': 'RTNUN' });
});

test('a fleet is taken in parts, and a pump that leaves meanwhile is not watched', async () => {
  const paused: (() => void)[] = [];
  const pause = () => new Promise<void>((resolve) => paused.push(resolve));
  const { ledger } = openPlace();
  const desk = createAlarmDesk(ledger, () => 1e12, pause);
  const fleet = Array.from({ length: 450 }, (_, i) => ({ ...pump, assetId: i === 449 ? 'a' : `pump-${i}` }));
  const done = desk.take(fleet);
  await settle();
  expect(paused).toHaveLength(1);
  desk.leave('a');
  paused[0]!();
  await settle();
  paused[1]!();
  await done;
  expect(paused).toHaveLength(2);
  desk.push(rows(0, hot(120)), null, NaN, []);
  await settle();
  expect(await ledger.entities({ kind: 'alarm' })).toEqual([]);
});

test('what is raised while rules are read anew returns', async () => {
  let release: (() => void) | null = null;
  let isHeld = false;
  const { desk, push, states } = openPlace(createLedgerDisk(), (ledger) => ({
    ...ledger,
    entities: async (query) => {
      const found = await ledger.entities(query);
      if (isHeld && query.kind === 'alarm') await new Promise<void>((resolve) => (release = resolve));
      return found;
    }
  }));
  await desk.take([pump]);
  isHeld = true;
  const taken = desk.take([pump]);
  await settle();
  // The alarms have been read, and this one is not among them.
  push(rows(0, hot(120)));
  await settle();
  isHeld = false;
  release!();
  await taken;
  desk.tick();
  await settle();
  expect(await states()).toMatchObject({ 'Bearing temperature H': 'UNACK' });
  push(rows(120_000, cool(300)));
  await settle();
  expect(await states()).toMatchObject({ 'Bearing temperature H': 'RTNUN' });
});
