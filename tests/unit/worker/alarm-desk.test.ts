/** The alarm desk: what happens reaches the ledger once, in order, also over a restart and a disk that is full for a while. */
import { expect, test } from 'vitest';
import { startingRules } from '$lib/alarms/starting-rules';
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
const hotter = (seconds: number) => hot(seconds).map((value) => value + 15);
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

/** The rule of a high bearing temperature as somebody else has changed it. */
async function changeLimit(ledger: Ledger, limit: number): Promise<void> {
  const channels = pump.channels.map((name) => ({ name, unit: '°C', role: 'reading' as const }));
  const rules = startingRules({ id: 'a', channels }, { isReferencePump: true });
  const { condition, ...rest } = rules.find(({ name }) => name === 'Bearing temperature H')!;
  if (condition.kind !== 'limit') throw new Error('This rule has a limit.');
  const rule = { ...rest, version: 2, condition: { ...condition, limit } };
  const body = { rule, assetId: 'a', reason: 'a test' };
  expect(await ledger.commit([{ kind: 'rule', id: rule.id, assetId: 'a', body }], 'somebody')).toHaveLength(1);
}

test('rules that were changed elsewhere are watched once they are told of, and an alarm that stands goes on', async () => {
  const { desk, ledger, push, states } = openPlace();
  await desk.take([pump]);
  push(rows(0, hot(120)));
  await settle();
  expect(await states()).toEqual({ 'Bearing temperature H': 'UNACK' });
  await changeLimit(ledger, 90);
  desk.retake(['a', 'not watched']);
  await settle();
  desk.tick();
  await settle();
  push(rows(120_000, hot(300)));
  await settle();
  expect(await states()).toEqual({ 'Bearing temperature H': 'RTNUN' });
});

test('a rule that changes while rules are read is watched, too', async () => {
  let isHeld = true;
  let release: (() => void) | null = null;
  const { desk, ledger, push, states } = openPlace(createLedgerDisk(), (inner) => ({
    ...inner,
    entities: async (query) => {
      const found = await inner.entities(query);
      if (isHeld && query.kind === 'rule') await new Promise<void>((resolve) => (release = resolve));
      return found;
    }
  }));
  const taken = desk.take([pump]);
  await settle();
  await changeLimit(ledger, 90);
  desk.retake(['a']);
  isHeld = false;
  release!();
  await taken;
  await settle();
  desk.tick();
  await settle();
  push(rows(0, hot(120)));
  await settle();
  expect(await states()).toEqual({});
  push(rows(120_000, cool(10)));
  push(rows(130_000, hotter(120)));
  await settle();
  expect(await states()).toMatchObject({ 'Bearing temperature H': 'UNACK' });
});

test('what holds is raised again under a new device id; the alarm of the former id is left to people', async () => {
  const { desk, ledger, push } = openPlace();
  const standing = async () =>
    (await ledger.entities({ kind: 'alarm', isOpen: true })).map(({ body }) => [body!.deviceId, body!.state]).sort();
  await desk.take([pump]);
  push(rows(0, hot(120)));
  await settle();
  const { deviceId: former, seq, cursor } = await ledger.device();
  const changes = (await ledger.entities({ kind: 'alarm' })).map((entity) => ({ ...entity, rev: 1 }));
  const operations = await ledger.pending(100);
  await ledger.settle(operations.map(({ seq, opId }) => ({ seq, opId, outcome: 'applied' as const, rev: 1 })));
  await ledger.integrate({ changes, cursor: cursor + 1, lastSeq: seq, more: false, resetRequired: false });
  await ledger.renew();
  const { deviceId: present } = await ledger.device();
  expect(present).not.toBe(former);

  await desk.learn();
  await settle();
  desk.tick();
  await settle();
  push(rows(120_000, hot(120)));
  await settle();
  const both = (state: string) =>
    [
      [former, 'UNACK'],
      [present, state]
    ].sort();
  expect(await standing()).toEqual(both('UNACK'));
  push(rows(240_000, cool(300)));
  await settle();
  expect(await standing()).toEqual(both('RTNUN'));
});

test('every alarm that stands is looked at, however many there are', async () => {
  const asked: (number | undefined)[] = [];
  const { desk } = openPlace(createLedgerDisk(), (ledger) => ({
    ...ledger,
    entities: (query) => {
      if (query.kind === 'alarm') asked.push(query.limit);
      return ledger.entities(query);
    }
  }));
  await desk.take([pump]);
  asked.length = 0;
  await desk.learn();
  expect(asked).toEqual([Infinity]);
});
