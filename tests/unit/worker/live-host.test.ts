/**
 * Live monitoring wired as in its thread, over doubles of the databases, a clock moved by hand and a source that says what it is told. Long: all
 * of it is told to the same wired host.
 */
import { describe, expect, test } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import type { Ledger } from '$lib/domain/ledger';
import type { LiveAsset, LiveFrame, LiveSource, WatchedRows } from '$lib/domain/live';
import type { LiveHistory } from '$lib/domain/ports';
import type { ChannelLayout, Reading } from '$lib/domain/reading';
import { ok } from '$lib/domain/result';
import type { SourceListener, SourceSetup } from '$lib/domain/source';
import { StorageFault } from '$lib/domain/storage-fault';
import { createAlarmDesk } from '$lib/worker/live/alarms';
import { createLiveAssets } from '$lib/worker/live/assets';
import { createLiveHost } from '$lib/worker/live/host';
import { createLevelFamily } from '../../support/level-family';
import { learnLevelModel } from '../../support/level-model';
import { createMemoryLiveHistory, createLiveDisk } from '../../support/memory-live-history';
import { createLedgerDisk, createMemoryLedger } from '../../support/memory-ledger';
import { createMemoryRecords } from '../../support/memory-records';
import { makeReadings, pumpChannels } from '../../support/pump-readings';
import { createHandClock } from '../ingest-live/hand-clock';

const setup: SourceSetup = {
  kind: 'websocket',
  id: 's',
  name: 'Gateway',
  asset: 'P-1',
  url: 'ws://127.0.0.1:1',
  format: 'auto'
};
const layout: ChannelLayout = {
  names: pumpChannels.map(({ name }) => name),
  units: pumpChannels.map(({ unit }) => unit)
};
const recording = makeReadings(400, { faultRow: 250 });
const startMs = recording.t[0]!;

/** Row `row` of the recording as a reading. */
function reading(row: number, asset = 'P-1', change: Partial<Reading> = {}): Reading {
  const values = Float32Array.from(recording.columns, (column) => column[row]!);
  return { asset, tMs: recording.t[row]!, layout, values, quality: null, isHistorical: false, ...change };
}

const learn = async () => (await learnLevelModel(recording)).artifact;

/** A thread's worth of live monitoring. `live` may break while it runs. With `putFirst` a source is added while it starts. */
async function openPlace({
  live = createMemoryLiveHistory() as LiveHistory,
  records = createMemoryRecords(),
  putFirst = false,
  alive = { atMs: NaN }
} = {}) {
  const hand = createHandClock(startMs);
  let sleptMs = 0;
  const clock: Clock = { now: () => hand.now() + sleptMs, after: hand.after };
  const kept = new Map<string, SourceSetup>([[setup.id, setup]]);
  const pauses: { fromMs: number; toMs: number }[] = [];
  let listener: SourceListener | null = null;
  let opened = 0;
  let tellRules = (_assetIds: string[]) => {};
  let ids = 0;
  const ledger = createMemoryLedger(createLedgerDisk(), { now: clock.now, newId: () => `id-${++ids}` });
  let ruleReads = 0;
  const counted: Ledger = {
    ...ledger,
    entities: (query) => {
      if (query.kind === 'rule') ruleReads += 1;
      return ledger.entities(query);
    }
  };
  const assets = new Map<string, LiveAsset>();
  let sources: LiveSource[] = [];
  const watched: WatchedRows[] = [];
  let last: LiveFrame | null = null;
  const api = createLiveHost({
    clock,
    live,
    whole: live as never,
    records,
    kept: {
      all: async () => [...kept.values()],
      put: async (each) => void kept.set(each.id, each),
      remove: async (id) => void kept.delete(id),
      addPause: async (pause) => void pauses.push(pause),
      pauses: async () => pauses,
      noteAlive: async (atMs) => void (alive.atMs = atMs),
      lastAlive: async () => alive.atMs
    },
    assets: createLiveAssets({
      records,
      family: async () => ok(createLevelFamily()),
      loadTwinModel: async () => ok(await learn()),
      now: clock.now
    }),
    alarms: createAlarmDesk(counted, clock.now),
    watchRules: (tell) => void (tellRules = tell),
    openSource: async (_, told) => {
      listener = told;
      opened += 1;
      return ok({ open: () => {}, retryNow: () => {}, close: async () => {} });
    },
    parseSetup: (input) => ok(input as SourceSetup),
    createJudge: () => ({ judge: (block) => block, health: () => [], operating: () => [] }),
    becomeWriter: async () => {}
  });
  const started = api.start((frame) => {
    last = frame;
    for (const asset of frame.assets) assets.set(asset.assetId, asset);
    if (frame.sources) sources = frame.sources;
    if (frame.watched) watched.push(frame.watched);
  });
  if (putFirst) await api.putSource(setup);
  await started;

  /** Lets everything asynchronous come to rest, then time pass, in steps of at most half a second. */
  async function pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 500) {
      hand.advance(Math.min(left, 500));
      await settle();
    }
  }
  async function send(...readings: Reading[]): Promise<void> {
    listener!.readings(readings);
    await settle();
  }
  /** The recording at its own pace from one row up to another. */
  async function play(fromRow: number, toRow: number, asset = 'P-1'): Promise<void> {
    for (let row = fromRow; row < toRow; row++) {
      await pass(Math.max(0, recording.t[row]! - clock.now()));
      await send(reading(row, asset));
    }
  }
  return {
    api,
    clock,
    ruleReads: () => ruleReads,
    tellRules: (assetIds: string[]) => tellRules(assetIds),
    records,
    live,
    pauses,
    watched,
    pass,
    send,
    play,
    assetNamed: async (name: string) => assets.get((await records.assets()).find((asset) => asset.name === name)!.id)!,
    source: () => sources[0]!,
    opened: () => opened,
    frame: () => last!,
    lose: (example = { code: 'unexpected' as const, where: 'w', found: 'f', expected: 'e' }) =>
      listener!.loss({ kind: 'unreadable', count: 2, example }),
    /** Time passes and nothing runs. */
    sleep: (milliseconds: number) => void (sleptMs += milliseconds),
    stale: (asset: string | null) => listener!.stale(asset, clock.now())
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Puts a pump with its model on record, as a training does. */
async function addPump(records = createMemoryRecords()) {
  await records.addAsset(
    {
      id: 'pump',
      name: 'P-1',
      createdMs: 1,
      source: 'file.csv',
      channels: pumpChannels,
      rows: 1,
      t0Ms: startMs - 2,
      t1Ms: startMs - 1,
      stepMs: 1000,
      rejectedRows: 0,
      activeModelId: null
    },
    []
  );
  await records.addModel('pump', await learn(), [], {
    condition: 'unknown',
    reason: 'no-score',
    sinceMs: null,
    finding: null,
    endedFindings: 0
  });
  return records;
}

describe('live monitoring', () => {
  test('a name nobody knows becomes a pump, its readings are kept, and it is unknown without a model', async () => {
    const place = await openPlace();
    await place.play(0, 5);
    await place.pass(31_000);
    const [asset] = await place.records.assets();
    expect(asset).toMatchObject({ name: 'P-1', source: 'Gateway', rows: 5, t0Ms: startMs, t1Ms: startMs + 4000 });
    // What its name and unit say beyond doubt has the name that pumps have here.
    const [, ...others] = pumpChannels;
    expect(asset!.channels).toEqual([{ name: 'Flow_Rate_L_min', unit: 'L/min', role: 'reading' }, ...others]);
    const stored = await place.live.readReadings(asset!.id);
    expect(stored.flatMap(({ columns }) => Array.from(columns[1]!))).toEqual(
      Array.from(recording.columns[1]!.slice(0, 5))
    );
    expect((await place.assetNamed('P-1')).state).toMatchObject({ condition: 'unknown', reason: 'no-model' });
    expect(place.source()).toMatchObject({ readings: 5, assets: 1, late: 0 });
    expect(place.frame().storedToMs).toBeGreaterThan(startMs + 4000);
  });

  test('a source that is added while the thread starts is opened once', async () => {
    const place = await openPlace({ putFirst: true });
    await settle();
    expect(place.opened()).toBe(1);
    await place.play(0, 1);
    await place.pass(500);
    expect(place.source()).toMatchObject({ readings: 1, duplicates: 0 });
  });

  test('channels have the units of their own pump, at once, also those that come later or one by one', async () => {
    const place = await openPlace();
    const one = (asset: string, tMs: number, name: string, unit: string): Reading => {
      const own = { names: [name], units: [unit] };
      return { asset, tMs, layout: own, values: Float32Array.of(1), quality: null, isHistorical: false };
    };
    await place.send(one('A', startMs, 'x', 'Hz'), one('B', startMs, 'x', '%'), one('A', startMs + 1, 'y', 'mm/s'));
    await place.pass(1000);
    await place.send(one('A', startMs + 1000, 'z', 'kW'));
    await place.pass(31_000);
    const unitsOf = async (asset: string) =>
      (await place.records.assets()).find(({ name }) => name === asset)!.channels.map(({ name, unit }) => [name, unit]);
    expect(await unitsOf('A')).toEqual([
      ['x', 'Hz'],
      ['y', 'mm/s'],
      ['z', 'kW']
    ]);
    expect(await unitsOf('B')).toEqual([['x', '%']]);
  });

  test('a pump with a model is scored as its windows complete; a fault becomes a finding on record', async () => {
    const place = await openPlace({ records: await addPump() });
    await place.play(0, 300);
    expect((await place.assetNamed('P-1')).state).toMatchObject({ condition: 'anomaly', reason: 'finding-open' });
    await place.pass(1000);
    const findings = await place.records.findings('pump', 'model');
    expect(findings).toMatchObject([{ endMs: null, contributions: [{ channel: 'pressure' }, {}, {}] }]);
    expect(findings[0]!.startMs).toBeGreaterThanOrEqual(recording.t[250]!);
    expect((await place.records.liveState('pump'))!.state.condition).toBe('anomaly');
    const scores = await place.live.readScores('pump', 'model');
    expect(scores.reduce((rows, { t }) => rows + t.length, 0)).toBe(300);
  });

  test('after a restart an open finding goes on, and the model speaks at once', async () => {
    const [records, disk] = [await addPump(), createLiveDisk()];
    const before = await openPlace({ records, live: createMemoryLiveHistory(disk) });
    await before.play(0, 300);
    await before.pass(1000);
    const [opened] = await records.findings('pump', 'model');
    const after = await openPlace({ records, live: createMemoryLiveHistory(disk) });
    await after.play(301, 303);
    const { state } = await after.assetNamed('P-1');
    expect(state.finding).toMatchObject({ id: opened!.id });
    await after.pass(1000);
    expect((await records.findings('pump', 'model')).length).toBe(1);
    const scores = await after.live.readScores('pump', 'model', recording.t[301]!);
    expect(scores.flatMap(({ score }) => Array.from(score)).every((score) => !Number.isNaN(score))).toBe(true);
  });

  test('late, repeated and forwarded readings reach history, are scored there, and move no state', async () => {
    const place = await openPlace({ records: await addPump() });
    await place.play(0, 100);
    await place.send(reading(101), reading(102));
    const before = await place.assetNamed('P-1');
    // What would open a finding, were it live: faulty values, at times that have passed.
    const faulty = Array.from({ length: 40 }, (_, i) =>
      reading(300 + i, 'P-1', { tMs: recording.t[40 + i]!, isHistorical: i % 2 === 0 })
    );
    await place.send(reading(100), ...faulty);
    await place.pass(3000);
    expect(place.source()).toMatchObject({ late: 1, duplicates: 0, backfilled: 40 });
    expect((await place.assetNamed('P-1')).state).toEqual(before.state);
    expect(await place.records.findings('pump', 'model')).toEqual([]);
    const rows = await place.live.readReadings('pump');
    expect(rows.reduce((sum, { t }) => sum + t.length, 0)).toBe(103);
    const stretch = await place.live.readReadings('pump', recording.t[50]!, recording.t[50]!);
    expect(stretch[0]!.columns[1]![0]).toBe(recording.columns[1]![310]);
    // The row that came late has a score, and the rows it was missing from have new ones.
    const scores = await place.live.readScores('pump', 'model', recording.t[100]!, recording.t[102]!);
    expect(scores.flatMap(({ status }) => Array.from(status))).toEqual([0, 0, 0]);
  });

  test('silence grows old by the time of the samples, and what a source gives up at once', async () => {
    const place = await openPlace({ records: await addPump() });
    await place.play(0, 30);
    expect((await place.assetNamed('P-1')).isStale).toBe(false);
    await place.pass(20_000);
    expect((await place.assetNamed('P-1')).isStale).toBe(true);
    await place.send(reading(50));
    await place.pass(100);
    expect((await place.assetNamed('P-1')).isStale).toBe(false);
    place.stale(null);
    await place.pass(500);
    expect((await place.assetNamed('P-1')).isStale).toBe(true);
  });

  test('a page that slept is noted as a pause', async () => {
    const place = await openPlace();
    await place.play(0, 3);
    place.sleep(2_280_000);
    await place.pass(1000);
    expect(place.pauses.length).toBe(1);
    expect(place.pauses[0]!.toMs - place.pauses[0]!.fromMs).toBeGreaterThan(2_270_000);
    await place.pass(1000);
    expect(place.frame().atMs).toBeGreaterThan(place.pauses[0]!.toMs);
  });

  test('what passed between two threads is a pause', async () => {
    const alive = { atMs: startMs - 600_000 };
    const place = await openPlace({ alive });
    expect(place.pauses).toEqual([{ fromMs: startMs - 600_000, toMs: startMs }]);
    await place.play(0, 12);
    expect(alive.atMs).toBeGreaterThan(startMs);
    expect((await openPlace({ alive })).pauses).toEqual([]);
  });

  test('a pump that is watched tells its past and then every row once', async () => {
    const place = await openPlace({ records: await addPump() });
    await place.play(0, 60);
    await place.api.watch('pump', 3_600_000);
    await place.play(60, 70);
    await place.pass(500);
    const times = place.watched.flatMap(({ readings }) => readings.flatMap(({ t }) => Array.from(t)));
    expect(times).toEqual(Array.from(recording.t.slice(0, 70)));
    await place.api.watch(null, 0);
    const before = place.watched.length;
    await place.play(70, 72);
    await place.pass(500);
    expect(place.watched.length).toBe(before);
  });

  test('while the disk takes nothing readings wait in memory and the fault is told; nothing is lost when it does again', async () => {
    const live = createMemoryLiveHistory();
    let isBroken = true;
    const breaking: LiveHistory = {
      ...live,
      append: (batch) =>
        isBroken ? Promise.reject(new StorageFault('quota', 'live.append', 'full')) : live.append(batch)
    };
    const place = await openPlace({ live: breaking, records: await addPump() });
    await place.play(0, 20);
    expect(place.frame().fault).toMatchObject({ code: 'quota' });
    isBroken = false;
    await place.pass(2000);
    expect(place.frame().fault).toBeNull();
    const rows = await live.readReadings('pump');
    expect(rows.flatMap(({ t }) => Array.from(t))).toEqual(Array.from(recording.t.slice(0, 20)));
  });

  test('more readings than fit wait: the oldest are dropped, counted and told', async () => {
    const place = await openPlace({ live: { ...createMemoryLiveHistory(), append: async () => {} } });
    const flood = Array.from({ length: 160_000 }, (_, i) => reading(0, 'P-1', { tMs: startMs + i / 100 }));
    await place.send(...flood.slice(0, 1), ...flood);
    await place.pass(1000);
    expect(place.source().losses.dropped!.count).toBeGreaterThan(0);
    expect(place.source().readings + place.source().losses.dropped!.count).toBe(160_001);
  });

  test('what a source cannot read is shown; another model is taken up when told', async () => {
    const records = await addPump();
    const place = await openPlace({ records });
    place.lose();
    place.lose();
    await place.play(0, 30);
    expect(place.source().losses.unreadable).toMatchObject({ count: 4 });
    await records.deleteModel('model');
    await place.api.refresh('pump');
    await place.play(30, 32);
    expect((await place.assetNamed('P-1')).state.reason).toBe('no-model');
  });

  test('rules that were changed on another device are watched without a reload', async () => {
    const place = await openPlace({ records: await addPump() });
    await place.play(0, 5);
    const before = place.ruleReads();
    place.tellRules(['pump', 'not watched']);
    await place.pass(1000);
    expect(place.ruleReads()).toBe(before + 1);
    await place.pass(5000);
    expect(place.ruleReads()).toBe(before + 1);
  });

  test('pumps of a simulated source share the shipped model', async () => {
    const place = await openPlace();
    await place.api.putSource({
      kind: 'twin',
      id: 't',
      name: 'Twin',
      asset: 'T',
      pumps: 2,
      rateHz: 1,
      seed: 1,
      speed: 1
    });
    await settle();
    await place.send(reading(0, 'T-1'), reading(0, 'T-2'));
    const made = (await place.records.assets()).filter(({ name }) => name.startsWith('T-'));
    expect(made.map(({ activeModelId }) => activeModelId)).toEqual(['model', 'model']);
    expect(await place.records.models()).toMatchObject([{ id: 'model', assetId: '' }]);
  });
});
