/** The starting rules of ten thousand healthy pumps of ten channels, watched in one thread: what a pump costs, and what a row of it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { watchPlan, type AlarmWatch } from '$lib/alarms/alarm-watch';
import { createRulePlans } from '$lib/alarms/rule-plans';
import { pumpChannels, type PumpChannelId } from '$lib/domain/pump-channel';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';
import { findMedian } from '../statistics';
import type { SectionRun } from './figure';

const pumps = 10_000;
const stepMs = 5000;
/** Rows of each pump: until the functions are compiled and the slopes known, and those that are measured. */
const firstRows = 150;
const measuredRows = 20;
const startMs = Date.UTC(2026, 0, 1);

/** Readings that no rule objects to. */
const healthy: Readonly<Record<PumpChannelId, number>> = {
  Motor_RPM: 2950,
  Bearing_Temperature_C: 60,
  Oil_Pressure_bar: 2,
  Vibration_mm_s: 1.8,
  Flow_Rate_L_min: 1000,
  Suction_Pressure_bar: 0.5,
  Discharge_Pressure_bar: 5,
  Motor_Current_A: 23,
  Casing_Temperature_C: 40,
  Ambient_Temperature_C: 25
};

export async function measureAlarms(run: SectionRun): Promise<void> {
  const count = run.isTrial ? pumps / 10 : pumps;
  const collectGarbage = exposeGarbageCollector();
  const usedBytes = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const planOf = createRulePlans();
  const channels = pumpChannels.map(({ id }) => id);
  const watchPump = (assetId: string) =>
    watchPlan(planOf({ assetId, channels, isReferencePump: true }, []), {
      deviceId: 'bench',
      assetId,
      assetName: assetId,
      alarms: [],
      newestMs: null
    });
  const rules = planOf({ assetId: '', channels, isReferencePump: true }, []).rules.length;

  const bytesBefore = usedBytes();
  const atMs = performance.now();
  const watches = Array.from({ length: count }, (_, i) => watchPump(`pump-${i}`));
  const takenMs = (performance.now() - atMs) / count;

  const row = drawRow(channels);
  let events = 0;
  const pushUs = Array.from({ length: firstRows + measuredRows }, (_, i) => {
    row.show(startMs + i * stepMs, i);
    return timeEach(watches, (watch) => (events += watch.push(row.block, row.scores, 1, 'running').length));
  }).slice(firstRows);
  const tickUs = Array.from({ length: measuredRows }, () =>
    timeEach(watches, (watch) => (events += watch.tick(startMs + (firstRows + measuredRows) * stepMs).length))
  );
  const kB = (usedBytes() - bytesBefore) / 1000 / watches.length;

  run.add('memory of a pump', kB, 'kB', 6);
  run.add('beginning to watch a pump', takenMs, 'ms', 0.1);
  run.add('a row with its score, nothing happening', findMedian(pushUs), 'µs', 10);
  run.add('a second that passes, nothing happening', findMedian(tickUs), 'µs');
  run.add('events of healthy pumps', events, '', 0);
  run.note(`${count} pumps of ${channels.length} channels and ${rules} rules that are enabled.`);
}

/** Microseconds for each, on average. */
function timeEach(watches: readonly AlarmWatch[], act: (watch: AlarmWatch) => void): number {
  const atMs = performance.now();
  for (const watch of watches) act(watch);
  return (1000 * (performance.now() - atMs)) / watches.length;
}

/** One row that is shown to all pumps, and its score; it sways a little, for a value that stands still is no pump's. */
function drawRow(channels: PumpChannelId[]) {
  const block: ReadingBlock = {
    assetId: '',
    channels,
    t: new Float64Array(1),
    columns: channels.map(() => new Float32Array(1)),
    quality: channels.map(() => new Uint8Array(1))
  };
  const scores: ScoreBlock = {
    assetId: '',
    modelId: '',
    channels: [],
    t: block.t,
    score: Float32Array.of(0.5),
    status: Uint8Array.of(ScoreStatus.scored),
    channelError: [],
    expected: []
  };
  function show(tMs: number, i: number): void {
    block.t[0] = tMs;
    channels.forEach((id, at) => (block.columns[at]![0] = healthy[id] * (1 + 0.005 * Math.sin(i))));
  }
  return { block, scores, show };
}

function exposeGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
