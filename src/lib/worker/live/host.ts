/**
 * Live monitoring, wired:
 *
 *   sources ─queue→ intake ─by asset→ monitor ─→ store (journal, findings)
 *                      └─ late rows → store ─→ scored anew        ├→ alarms ─→ ledger
 *                                                                 └→ board ─frames→ pages
 *
 * It begins when no other tab monitors: one writer, one set of connections. It contains no arithmetic; time is a clock that is given.
 * Long, because it is the one place that shows how the parts beside it are wired, and every call shares what they hold.
 */
import type { MonitorApi } from '../../bridge/live-api';
import type { Clock } from '../../domain/clock';
import type { LiveFrame, Pause } from '../../domain/live';
import type { History, LiveHistory, Records, Sources } from '../../domain/ports';
import type { Reading } from '../../domain/reading';
import type { ReadingBlock } from '../../domain/reading-block';
import { fail, ok, type Fault, type Result } from '../../domain/result';
import type { ScoreBlock } from '../../domain/score';
import type { ReadingSource, SourceSetup } from '../../domain/source';
import { createLiveMonitor, scoreStretch, type LiveModel } from '../../monitor/live';
import type { QualityJudge } from '../../prepare/quality/judge';
import { faultKinds, parseFault } from '../../simulate/fault';
import type { TwinSource } from '../../simulate/source';
import { guard } from '../guard';
import type { AlarmDesk } from './alarms';
import { warmUpMs, type LiveAssets } from './assets';
import { createLiveBoard } from './board';
import type { MapCalls } from './maps';
import { createReadingQueue } from './queue';
import {
  createLiveSources,
  findSource,
  hasOwnTime,
  restoreSecret,
  type OpenSource,
  type RunningSource
} from './sources';
import { createLiveStore } from './store';
import { createStretches } from './stretches';
import { createLiveUnits } from './units';

/** What a thread gives live monitoring. */
export interface LiveHost {
  clock: Clock;
  /** Live readings alone, for writing; and everything there is of an asset, for reading. */
  live: LiveHistory;
  whole: Pick<History, 'readReadings' | 'readScores'>;
  records: Records;
  kept: Sources;
  assets: LiveAssets;
  alarms: AlarmDesk;
  /** Tells of assets whose alarm rules have changed, in whatever tab or on whatever device. */
  watchRules: (tell: (assetIds: string[]) => void) => void;
  openSource: OpenSource;
  parseSetup: (input: unknown) => Result<SourceSetup>;
  createJudge: (channels: { name: string; unit: string }[]) => QualityJudge;
  /** Resolves when this thread is the one that writes. */
  becomeWriter: () => Promise<void>;
}

/** More than a fleet of 10,000 pumps sends in a minute of 5 s steps. */
const mostWaiting = 150_000;
const frameMs = 50;
const fleetFrameMs = 200;
/** More assets at once, in a frame or monitored, are a fleet. */
const fleetSize = 200;
const flushMs = 500;
/** A fleet's flush is several records of the journal, each of which costs the same however many rows it has. */
const fleetFlushMs = 1000;
const beatMs = 1000;
/** A beat that comes so late was no beat: nobody watched. */
const pauseMs = 10_000;
/** How often the alarms that stand are looked at for what people did to them. */
const learnMs = 5000;
/** How often it is noted that somebody watches. */
const aliveEveryMs = 5000;
/** The journal is sealed this often: what is read of the last minutes comes from it, record by record. */
const sealMs = 600_000;
const dayMs = 86_400_000;
/** With more assets than this, what was expected of each sensor is not stored beside each score. */
const detailedAssets = 100;
/** Creates the calls of live monitoring over one thread's host. */
export function createLiveHost(host: LiveHost): Omit<MonitorApi, 'live' | keyof MapCalls> {
  const { clock, assets, records, alarms } = host;
  const monitor = createLiveMonitor((error) => note(fail('unexpected', 'scoring', String(error), 'a score').fault));
  const board = createLiveBoard();
  const units = createLiveUnits();
  const store = createLiveStore({
    history: host.live,
    records,
    now: clock.now,
    unitOf: units.of
  });
  const queue = createReadingQueue(mostWaiting, (id) => sources.drop(id));
  const sources = createLiveSources({
    openSource: host.openSource,
    clock,
    channelsOf: assets.channelsOf,
    onReadings: takeReadings,
    onStale: (source, asset) => {
      for (const name of asset === null ? source.names : [asset]) {
        const assetId = assets.idOf(name);
        if (assetId !== undefined) board.makeStale(assetId);
      }
      scheduleFrame();
    },
    onChange: () => {
      areSourcesNews = true;
      scheduleFrame();
    }
  });
  /** Assets in the monitor, with the model each has there. */
  const monitored = new Map<string, LiveModel | null>();
  /** Assets to be taken in anew, before the next readings. */
  const stale = new Set<string>();
  /** What went wrong last, other than storing. */
  let failure: Fault | null = null;
  const late = createStretches();
  let pauses: Pause[] = [];
  let areSourcesNews = true;
  let arePausesNews = true;
  let isWriter = false;
  let isWorking = false;
  let send: ((frame: LiveFrame) => void) | null = null;
  let frameAtMs = -Infinity;
  let isFrameDue = false;
  let sealed = NaN;
  let aliveMs = -Infinity;

  function takeReadings(source: RunningSource, readings: Reading[]): void {
    const arrivedMs = clock.now();
    for (const reading of readings) queue.push({ sourceId: source.setup.id, reading: source.map(reading), arrivedMs });
    void work();
  }

  /** Works off the queue, one round after the other; readings that come meanwhile are the next round's. */
  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    try {
      while (queue.length > 0) await workRound();
    } finally {
      isWorking = false;
    }
  }

  async function workRound(): Promise<void> {
    for (const assetId of stale) leave(assetId);
    stale.clear();
    const touched = new Map<RunningSource, Set<string>>();
    const unnamed: Reading[] = [];
    for (const { sourceId, reading, arrivedMs } of queue.takeAll()) {
      const source = sources.get(sourceId);
      if (!source) continue;
      source.intake.take(reading, arrivedMs);
      const unknown = touched.get(source) ?? new Set();
      touched.set(source, unknown);
      source.names.add(reading.asset);
      const assetId = assets.idOf(reading.asset);
      if (assetId !== undefined) units.learn(assetId, reading.layout);
      else {
        unknown.add(reading.asset);
        unnamed.push(reading);
      }
    }
    areSourcesNews = true;
    for (const [source, unknown] of touched) {
      try {
        if (unknown.size > 0) await assets.addNames([...unknown], source.setup);
      } catch (error) {
        // Readings of an asset that cannot be put on record have no place to be kept.
        note(fail('storage', 'new pumps', String(error), 'room for their records').fault);
        for (let i = 0; i < unknown.size; i++) sources.drop(source.setup.id);
      }
      for (const { asset, layout } of unnamed) {
        const assetId = assets.idOf(asset);
        if (assetId !== undefined) units.learn(assetId, layout);
      }
      const { live, behind } = source.intake.drain(assets.idOf);
      await takeIn([...live, ...behind].filter(({ assetId }) => !monitored.has(assetId)));
      await advance(source, live);
      for (const block of behind) storeLate(block);
    }
    scheduleFrame();
  }

  function note(fault: Fault): void {
    failure = fault;
    scheduleFrame();
  }

  function leave(assetId: string): void {
    monitor.remove(assetId);
    alarms.leave(assetId);
    monitored.delete(assetId);
  }

  /** Takes the assets of these blocks into the monitor, and shows their models the rows before, so that they can speak at once. */
  async function takeIn(blocks: ReadingBlock[]): Promise<void> {
    // An asset with late rows has two blocks.
    const first = new Map([...blocks].reverse().map((block) => [block.assetId, block]));
    if (first.size === 0) return;
    const judges = new Map<string, QualityJudge>();
    for (const [assetId, { channels }] of first) {
      const judge = host.createJudge(channels.map((name) => ({ name, unit: units.of(assetId, name) })));
      judges.set(assetId, judge);
      monitor.add(assetId, judge, null, null);
      monitored.set(assetId, null);
    }
    try {
      const ready = await assets.ready([...first.keys()]);
      await alarms.take(
        ready.map(({ channels, ...known }) => ({
          ...known,
          channels: channels.filter(({ role }) => role === 'reading').map(({ name }) => name)
        }))
      );
      for (const { assetId, model, open, fault } of ready) {
        if (fault) note(fault);
        if (!model) continue;
        monitor.add(assetId, judges.get(assetId)!, model, open);
        monitored.set(assetId, model);
        if (monitored.size <= detailedAssets) await showBefore(assetId, model, first.get(assetId)!.t[0]!);
      }
    } catch (error) {
      // Kept without a score this time; the next readings try again.
      note(fail('storage', 'model', String(error), 'the model on record').fault);
      for (const assetId of first.keys()) stale.add(assetId);
    }
  }

  async function showBefore(assetId: string, model: LiveModel, beforeMs: number): Promise<void> {
    const blocks = await host.live.readReadings(assetId, beforeMs - warmUpMs(model), beforeMs - 1);
    for (const block of blocks) await monitor.advance([block]);
  }

  async function advance(source: RunningSource, blocks: ReadingBlock[]): Promise<void> {
    const isDetailed = monitored.size <= detailedAssets;
    for (const found of await monitor.advance(blocks, isDetailed)) {
      const model = monitored.get(found.assetId);
      const scores =
        found.scores && !isDetailed ? { ...found.scores, channels: [], channelError: [], expected: [] } : found.scores;
      store.add(found.readings, scores, { modelId: model?.manifest.id ?? null, ...found });
      alarms.push(found.readings, found.scores, model?.manifest.threshold.value ?? NaN, found.operating);
      board.show(source.setup.id, found, model?.manifest.threshold.value ?? NaN);
    }
  }

  /** Readings that belong to history alone are kept, and what they change there is scored later. */
  function storeLate(block: ReadingBlock): void {
    store.add(block, null, null);
    const model = monitored.get(block.assetId);
    if (!model) return;
    late.add({ assetId: block.assetId, fromMs: block.t[0]!, toMs: block.t.at(-1)! + warmUpMs(model) });
  }

  async function scoreLate(): Promise<void> {
    for (const { assetId, fromMs, toMs } of late.takeAll()) {
      const model = monitored.get(assetId);
      if (!model) continue;
      const blocks = await host.live.readReadings(assetId, fromMs - warmUpMs(model), toMs);
      const scores = await scoreStretch(assetId, model, blocks, fromMs, toMs);
      if (scores) store.addScores(scores);
    }
  }

  function scheduleFrame(): void {
    if (isFrameDue || !send) return;
    isFrameDue = true;
    const everyMs = board.changes > fleetSize ? fleetFrameMs : frameMs;
    clock.after(Math.max(0, frameAtMs + everyMs - clock.now()), sendFrame);
  }

  function sendFrame(): void {
    isFrameDue = false;
    frameAtMs = clock.now();
    const shown = board.take();
    send?.({
      atMs: frameAtMs,
      assets: shown?.assets ?? [],
      watched: shown?.watched ?? null,
      sources: areSourcesNews ? sources.describe() : null,
      waiting: queue.length,
      storedToMs: store.storedToMs(),
      fault: store.fault() ?? alarms.fault() ?? failure,
      pauses: arePausesNews ? pauses : null,
      isWriter
    });
    areSourcesNews = false;
    arePausesNews = false;
  }

  function flushForEver(): void {
    clock.after(monitored.size > fleetSize ? fleetFlushMs : flushMs, () => void flush().then(flushForEver));
  }

  async function flush(): Promise<void> {
    await store.flush();
    // What cannot be read to be scored anew keeps the scores it has.
    if (late.length > 0) await scoreLate().catch(() => undefined);
  }

  /** Once a second: what has grown old, what hour it is, and whether the beat before was a second ago at all. */
  function beatForEver(beforeMs: number): void {
    clock.after(beatMs, () => {
      const nowMs = clock.now();
      if (sources.all().length > 0) {
        if (nowMs - beforeMs > pauseMs) {
          alarms.forgive();
          void notePause({ fromMs: beforeMs, toMs: nowMs });
        }
        alarms.tick();
        if (Math.floor(nowMs / learnMs) !== Math.floor(beforeMs / learnMs)) void alarms.learn().catch(() => undefined);
        if (nowMs - aliveMs >= aliveEveryMs) {
          aliveMs = nowMs;
          void host.kept.noteAlive(nowMs).catch(() => undefined); // the pause after a reload is told too long by this much
        }
      }
      board.age((id) => {
        const source = sources.get(id);
        return source && hasOwnTime(source.setup) ? source.intake.watermarkMs() : nowMs;
      });
      const sealing = Math.floor(nowMs / sealMs);
      if (sealing !== sealed || store.isLong()) void store.seal(sealing * sealMs);
      sealed = sealing;
      scheduleFrame();
      beatForEver(nowMs);
    });
  }

  async function notePause(pause: Pause): Promise<void> {
    pauses = [...pauses, pause];
    arePausesNews = true;
    sources.retry(null);
    await host.kept.addPause(pause).catch(() => undefined); // shown all the same; a note worth no alarm
  }

  return {
    start: (onFrame) =>
      guard('start', async () => {
        const isFirst = send === null;
        send = onFrame;
        board.repeatAll();
        areSourcesNews = arePausesNews = true;
        scheduleFrame();
        if (!isFirst) return ok(null);
        await host.becomeWriter();
        host.watchRules(alarms.retake);
        await assets.refresh();
        pauses = await host.kept.pauses(clock.now() - dayMs, clock.now());
        const lastMs = await host.kept.lastAlive();
        isWriter = true;
        const setups = await host.kept.all();
        if (setups.length > 0 && clock.now() - lastMs > pauseMs) void notePause({ fromMs: lastMs, toMs: clock.now() });
        for (const setup of setups) {
          const checked = host.parseSetup(setup);
          // One that was put a moment ago may run already.
          if (checked.ok && !sources.get(checked.value.id)) sources.open(checked.value);
        }
        flushForEver();
        beatForEver(clock.now());
        scheduleFrame();
        return ok(null);
      }),

    putSource: (input) =>
      guard('putSource', async () => {
        const parsed = host.parseSetup(input);
        if (!parsed.ok) return parsed;
        const before = (await host.kept.all()).find(({ id }) => id === parsed.value.id);
        const setup = restoreSecret(parsed.value, before);
        await host.kept.put(setup);
        // The start, when it comes to that, opens all that are kept.
        if (!isWriter) return ok(null);
        await sources.close(setup.id);
        sources.open(setup);
        return ok(null);
      }),

    removeSource: (id) =>
      guard('removeSource', async () => {
        await host.kept.remove(id);
        await sources.close(id);
        return ok(null);
      }),

    retry: async (id) => {
      sources.retry(id);
      return ok(null);
    },

    watch: (assetId, backMs) =>
      guard('watch', async () => {
        board.watch(assetId);
        if (assetId === null) return ok(null);
        const fromMs = clock.now() - backMs;
        const modelId = (await records.asset(assetId))?.activeModelId ?? null;
        let readings: ReadingBlock[] = [];
        let scores: ScoreBlock[] = [];
        try {
          await store.flush();
          readings = await host.whole.readReadings(assetId, fromMs);
          if (modelId !== null) scores = await host.whole.readScores(assetId, modelId, fromMs);
        } finally {
          // Without its past the pump is still watched.
          if (board.watched() === assetId) board.showEarlier(readings, scores);
        }
        scheduleFrame();
        return ok(null);
      }),

    refresh: (assetId) =>
      guard('refresh', async () => {
        await assets.refresh();
        for (const id of assetId === null ? monitored.keys() : [assetId]) stale.add(id);
        return ok(null);
      }),

    faultKinds: async () => ok([...faultKinds]),

    injectFault: (sourceId, assetId, wish) =>
      guard('injectFault', async () => {
        const source = findSource(sources, sourceId);
        if (!source.ok) return source;
        const name = [...source.value.names].find((each) => assets.idOf(each) === assetId);
        const { port } = source.value;
        if (name === undefined || !port || !isTwin(port)) {
          return fail('not-found', 'simulated pump', assetId, 'a pump of a simulated source');
        }
        if (!wish) return port.clear(name);
        const fault = parseFault(wish);
        if (!fault.ok) return fault;
        const injected = port.inject(name, fault.value);
        return injected.ok ? ok(null) : injected;
      })
  };
}

function isTwin(port: ReadingSource): port is TwinSource {
  return 'inject' in port;
}
