/** The live thread: sources, scoring as readings come, and their journal. Its script alone may open connections to other hosts. */
import { expose } from 'comlink';
import type { MonitorApi } from '../bridge/live-api';
import { meterTraffic } from '../bridge/traffic';
import type { Channel } from '../domain/channel';
import type { Clock } from '../domain/clock';
import type { DetectorFamily } from '../domain/ports';
import { ok, type Result } from '../domain/result';
import { createHistory } from '../history/history';
import { createLiveHistory } from '../history/live/live-history';
import { claimLiveWriter } from '../history/live/writer';
import { createWholeHistory } from '../history/whole';
import { openSource } from '../ingest/open-source';
import { parseSetup } from '../ingest/parse-setup';
import { chooseEngine } from '../models/device';
import { createAutoencoderFamily } from '../models/family';
import { createQualityJudge } from '../prepare/quality/judge';
import { defaultRules, type QualityRules } from '../prepare/quality/rules';
import { createDeviceLedger } from '../records/ledger';
import { createMeasurements } from '../records/measurements';
import { createRecords } from '../records/records';
import { createSources } from '../records/sources';
import { watchRules } from '../records/watch-rules';
import { holdLifeLock } from './guard';
import { loadKernels } from './kernels';
import { createAlarmDesk } from './live/alarms';
import { createLiveAssets } from './live/assets';
import { threadClock } from './live/clock';
import { createLiveHost } from './live/host';
import { createMapCalls, findMap } from './live/maps';
import { hasOwnTime } from './live/sources';
import { loadShipped } from './shipped';

meterTraffic();

/** Windows come a few at a time, or in thousands of pumps at once: both belong on the CPU, beside the readings. */
let family: Promise<Result<DetectorFamily>> | null = null;
async function openFamily(): Promise<Result<DetectorFamily>> {
  const now = () => performance.now();
  const chosen = await chooseEngine('wasm', {
    loadKernels,
    openRemotes: () => [],
    measured: createMeasurements(__APP_VERSION__),
    now,
    pause: () => new Promise((resolve) => setTimeout(resolve)),
    onLost: () => {}
  });
  return chosen.ok ? ok(createAutoencoderFamily(chosen.value.engine, now)) : chosen;
}

/** Rules are the same for all assets laid out alike, and large for ten thousand of them. */
const rules = new Map<string, QualityRules>();
function rulesOf(channels: Pick<Channel, 'name' | 'unit'>[]): QualityRules {
  const layout = JSON.stringify(channels);
  const known = rules.get(layout) ?? defaultRules(channels);
  rules.set(layout, known);
  return known;
}

/** A clock that is not behind what a simulation faster than time has reached before. */
async function resumeClock(): Promise<Clock> {
  const reachedMs = (await records.liveStates()).reduce((latest, { tMs }) => Math.max(latest, tMs), 0);
  const aheadMs = Math.max(0, reachedMs - threadClock.now());
  return { ...threadClock, now: () => threadClock.now() + aheadMs };
}

const records = createRecords();
const kept = createSources();
const live = createLiveHistory({
  // Found again with every look at it, should the note fail.
  onDamage: (_, { assetId, modelId, t0Ms, t1Ms }) =>
    void kept.noteDamage({ assetId, modelId, fromMs: t0Ms, toMs: t1Ms }).catch(() => undefined)
});
const ledger = createDeviceLedger();
const monitoring = createLiveHost({
  clock: threadClock,
  live,
  whole: createWholeHistory(createHistory(), live),
  records,
  kept,
  assets: createLiveAssets({
    records,
    family: () => (family ??= openFamily()),
    loadTwinModel: () => loadShipped('sample-pump-1'),
    now: threadClock.now
  }),
  alarms: createAlarmDesk(ledger, threadClock.now),
  watchRules: (tell) => void watchRules(ledger, tell),
  openSource: (setup, listener) =>
    openSource(setup, listener, {
      clock: threadClock,
      findMap: (id) => findMap(kept, id),
      createTwin: async (twin, told) => {
        const { createTwinSource } = await import('../simulate/source');
        return createTwinSource(twin, told, hasOwnTime(twin) ? await resumeClock() : threadClock);
      }
    }),
  parseSetup,
  createJudge: (channels) => createQualityJudge(rulesOf(channels)),
  becomeWriter: () => new Promise((resolve) => claimLiveWriter((role) => role === 'writer' && resolve()))
});
const api: MonitorApi = { live: holdLifeLock, ...monitoring, ...createMapCalls(kept, monitoring.putSource) };
expose(api);
