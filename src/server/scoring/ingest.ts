/**
 * Readings that come over HTTP, wired:
 *
 *   calls ─queue→ intake ─by asset→ monitor ─→ store (readings, scores, findings, standing) ─→ calls answered
 *                    └─ late rows → store ─→ scored anew
 *
 * Calls that wait together are stored together, in one transaction: that is what makes a thousand single readings a second possible on
 * one connection. A call is answered after its readings are stored. The queue is bounded; what does not fit is refused and counted. The
 * flow is the one of the live thread, with the database in place of the browser's. Long, because every step shares what is watched.
 */
import type { Finding } from '../../lib/domain/finding';
import { pumpChannels } from '../../lib/domain/pump-channel';
import { Quality, type ReadingBlock } from '../../lib/domain/reading-block';
import type { Result } from '../../lib/domain/result';
import { createIntake, type Intake } from '../../lib/monitor/intake';
import { createLiveMonitor, type LiveModel } from '../../lib/monitor/live';
import { createQualityJudge } from '../../lib/prepare/quality/judge';
import { defaultRules } from '../../lib/prepare/quality/rules';
import type { Placement } from '../../lib/prepare/event-time';
import type { ScoreBlock } from '../../lib/domain/score';
import { createLateScores, warmUpMs } from './late-scores';
import { pumpLayout } from './reading-columns';
import type { AssetStanding, ReadingsBatch, ReadingsStore } from './readings-store';

/** One reading on its way in: `values` in the order of `pumpLayout`, NaN where there is none; without a time it gets that of its arrival. */
export interface Incoming {
  assetId: string;
  tMs: number | null;
  values: Float32Array;
}

/** What became of a call. */
export type Taken =
  | { kind: 'stored'; standings: AssetStanding[] }
  /** Too much waits; nothing of the call was taken. */
  | { kind: 'full' }
  /** More pumps than can be watched; nothing was taken. */
  | { kind: 'too-many-assets' }
  /** The pump belongs to a simulation, or it does not and a simulation asked. */
  | { kind: 'not-yours'; assetId: string }
  /** The database took nothing; the same call may be sent again. */
  | { kind: 'not-stored' };

export interface Ingest {
  /** Takes the readings of one call: all, or none. `isSimulated` readings have a time of their own. */
  take(readings: Incoming[], isSimulated: boolean): Promise<Taken>;
  /** Lets go of pumps, with everything stored of them. */
  forget(assetIds: string[]): Promise<void>;
  /** Whether a pump is known, and fed by a simulation. */
  find(assetId: string): Promise<'unknown' | 'simulated' | 'real'>;
  counts(): IngestCounts;
  /** Ends after what waits is stored. */
  close(): Promise<void>;
}

export interface IngestCounts {
  waiting: number;
  /** Assets watched since the start. */
  assets: number;
  stored: number;
  /** Readings refused because too much waited, and those the database did not take. */
  refused: number;
  notStored: number;
  placed: Record<Placement, number>;
}

export interface IngestPlace {
  store: ReadingsStore;
  /** What scores. A fault leaves the readings without a score. */
  model: () => Promise<Result<LiveModel>>;
  nowMs: () => number;
  onError: (error: unknown, what: string) => void;
}

const mostWaiting = 20_000;
const mostAssets = 10_000;
/** How a pump stands is written this often, and at once where it has changed: it is as much to write as a reading. */
const standingMs = 1000;
/** Rows stored in one transaction, so that none blocks the database for long. */
const mostAtOnce = 2000;

interface Waiting {
  readings: Incoming[];
  isSimulated: boolean;
  settle: (taken: Taken) => void;
}

/** An asset at work. */
interface Watched {
  intake: Intake;
  standing: AssetStanding;
  model: LiveModel | null;
  /** When its standing was written last. */
  writtenMs: number;
  /** The last time given to a reading that had none. */
  stampedMs: number;
}

const rules = defaultRules(pumpChannels.map(({ id, unit }) => ({ name: id, unit })));

/** Creates the flow; nothing is watched yet. */
export function createIngest({ store, model, nowMs, onError }: IngestPlace): Ingest {
  const monitor = createLiveMonitor((error) => onError(error, 'scoring'));
  const watched = new Map<string, Watched>();
  const late = createLateScores(store);
  /** What a failed write left behind: the readings come again by their senders, this does not. */
  let unsaved = new Map<string, Finding>();
  const queue: Waiting[] = [];
  let waiting = 0;
  let working: Promise<void> | null = null;
  const counts = { stored: 0, refused: 0, notStored: 0 };

  async function work(): Promise<void> {
    while (queue.length > 0 || late.length > 0) {
      if (queue.length > 0) await storeRound(takeRound());
      else await late.scoreNext().catch((error: unknown) => onError(error, 'late readings'));
    }
  }

  function start(): void {
    // In the next turn of the event loop, so that calls that arrived together wait together.
    working ??= new Promise<void>((resolve) => setImmediate(resolve)).then(work).finally(() => {
      working = null;
      if (queue.length > 0) start();
    });
  }

  function takeRound(): Waiting[] {
    let rows = 0;
    let calls = 0;
    while (calls < queue.length && (rows === 0 || rows + queue[calls]!.readings.length <= mostAtOnce)) {
      rows += queue[calls++]!.readings.length;
    }
    waiting -= rows;
    return queue.splice(0, calls);
  }

  async function storeRound(calls: Waiting[]): Promise<void> {
    const answers = new Map<Waiting, Taken>();
    try {
      await watchNew(calls);
      for (const call of calls) {
        const other = call.readings.find(
          ({ assetId }) => watched.get(assetId)?.standing.isSimulated !== call.isSimulated
        );
        if (other) answers.set(call, { kind: 'not-yours', assetId: other.assetId });
        else for (const reading of call.readings) takeReading(reading);
      }
      await storeTaken(new Set(calls.flatMap(({ readings }) => readings.map(({ assetId }) => assetId))));
    } catch (error) {
      onError(error, 'readings');
      for (const call of calls) if (!answers.has(call)) answers.set(call, { kind: 'not-stored' });
    }
    for (const call of calls) {
      const answer = answers.get(call) ?? stored(call);
      if (answer.kind === 'stored') counts.stored += call.readings.length;
      if (answer.kind === 'not-stored') counts.notStored += call.readings.length;
      call.settle(answer);
    }
  }

  function stored({ readings }: Waiting): Taken {
    const ids = [...new Set(readings.map(({ assetId }) => assetId))];
    return { kind: 'stored', standings: ids.map((id) => watched.get(id)!.standing) };
  }

  function takeReading({ assetId, tMs, values }: Incoming): void {
    const asset = watched.get(assetId)!;
    const arrivedMs = nowMs();
    // A millisecond apart, so that each has a time of its own.
    if (tMs === null) asset.stampedMs = Math.max(arrivedMs, asset.stampedMs + 1);
    const quality = tMs === null ? Uint8Array.from(values, stampedQuality) : null;
    asset.intake.take(
      { asset: assetId, tMs: tMs ?? asset.stampedMs, layout: pumpLayout, values, quality, isHistorical: false },
      arrivedMs
    );
  }

  async function storeTaken(assetIds: Iterable<string>): Promise<void> {
    const live: ReadingBlock[] = [];
    const behind: ReadingBlock[] = [];
    for (const assetId of assetIds) {
      const taken = watched.get(assetId)!.intake.drain((id) => id);
      live.push(...taken.live);
      behind.push(...taken.behind);
    }
    const batch: ReadingsBatch = { readings: [], scores: [], findings: [...unsaved.values()], standings: [] };
    for (const found of await monitor.advance(live)) {
      const asset = watched.get(found.assetId)!;
      const before = asset.standing;
      batch.readings.push(found.readings);
      if (found.scores) batch.scores.push(found.scores);
      batch.findings.push(...found.changed);
      const newestMs = found.readings.t.at(-1)!;
      asset.standing = {
        ...asset.standing,
        newestMs,
        state: found.state,
        score: newestScore(found.scores, asset.standing)
      };
      const isNews = found.changed.length > 0 || found.state.condition !== before.state.condition;
      if (!isNews && nowMs() - asset.writtenMs < standingMs) continue;
      asset.writtenMs = nowMs();
      batch.standings.push(asset.standing);
    }
    for (const block of behind) {
      batch.readings.push(block);
      const scorer = watched.get(block.assetId)!.model;
      if (scorer) late.note(block, scorer);
    }
    unsaved = new Map(batch.findings.map((finding) => [finding.id, finding]));
    await store.write(batch);
    unsaved.clear();
  }

  /** Takes assets in that come for the first time since the start, as they were left. */
  async function watchNew(calls: Waiting[]): Promise<void> {
    for (const { readings, isSimulated } of calls) {
      for (const { assetId } of readings) if (!watched.has(assetId)) await watch(assetId, isSimulated);
    }
  }

  async function watch(assetId: string, isSimulated: boolean): Promise<void> {
    const loaded = await model();
    if (!loaded.ok) onError(loaded.fault, 'model');
    const scorer = loaded.ok ? loaded.value : null;
    const before = await store.standing(assetId);
    const isSame = before !== undefined && before.modelId === (scorer?.manifest.id ?? null);
    const standing: AssetStanding = {
      assetId,
      isSimulated: before?.isSimulated ?? isSimulated,
      newestMs: before?.newestMs ?? null,
      state: before?.state ?? {
        condition: 'unknown',
        reason: 'warming-up',
        sinceMs: null,
        finding: null,
        endedFindings: 0
      },
      modelId: scorer?.manifest.id ?? null,
      score: isSame ? before.score : null,
      threshold: scorer?.manifest.threshold.value ?? null
    };
    const intake = createIntake(standing.isSimulated);
    const judge = createQualityJudge(rules);
    monitor.add(assetId, judge, scorer, isSame && before.state.finding ? revive(before.state.finding) : null);
    if (before?.newestMs != null) await showBefore(assetId, intake, scorer, before.newestMs);
    watched.set(assetId, { intake, standing, model: scorer, stampedMs: before?.newestMs ?? 0, writtenMs: 0 });
    if (!before) await store.write({ readings: [], scores: [], findings: [], standings: [standing] });
  }

  /** The rows before, so that the model can speak at once, and so that what is older than the newest is known to be late. */
  async function showBefore(
    assetId: string,
    intake: Intake,
    scorer: LiveModel | null,
    newestMs: number
  ): Promise<void> {
    const fromMs = scorer ? newestMs - warmUpMs(scorer) : newestMs;
    const block = await store.readReadings(assetId, fromMs, newestMs, mostAtOnce);
    if (block.t.length > 0) await monitor.advance([block]);
    const values = new Float32Array(pumpLayout.names.length);
    const seen = { asset: assetId, tMs: newestMs, layout: pumpLayout, values, quality: null, isHistorical: false };
    intake.take(seen, newestMs);
    intake.drain(() => undefined);
  }

  return {
    take(readings, isSimulated) {
      const fresh = new Set(readings.map(({ assetId }) => assetId).filter((id) => !watched.has(id)));
      if (watched.size + fresh.size > mostAssets) return Promise.resolve({ kind: 'too-many-assets' });
      if (waiting + readings.length > mostWaiting) {
        counts.refused += readings.length;
        return Promise.resolve({ kind: 'full' });
      }
      return new Promise((settle) => {
        queue.push({ readings, isSimulated, settle });
        waiting += readings.length;
        start();
      });
    },

    async forget(assetIds) {
      await working;
      for (const id of assetIds) {
        monitor.remove(id);
        watched.delete(id);
        late.forget(id);
      }
      await store.forget(assetIds);
    },

    async find(assetId) {
      const standing = watched.get(assetId)?.standing ?? (await store.standing(assetId));
      return standing ? (standing.isSimulated ? 'simulated' : 'real') : 'unknown';
    },

    counts() {
      const placed: Record<Placement, number> = { live: 0, late: 0, duplicate: 0, backfill: 0, ahead: 0 };
      for (const { intake } of watched.values()) {
        for (const [placement, count] of Object.entries(intake.counts())) placed[placement as Placement] += count;
      }
      return { waiting, assets: watched.size, ...counts, placed };
    },

    async close() {
      while (working) await working;
      const standings = [...watched.values()].map(({ standing }) => standing);
      await store.write({ readings: [], scores: [], findings: [], standings });
    }
  };
}

function stampedQuality(value: number): number {
  return Number.isNaN(value) ? Quality.missing : Quality.arrivalTime;
}

/** The newest score; a source faster than its model brings none with most readings, and the one before stays. */
function newestScore(scores: ScoreBlock | null, { score }: AssetStanding): number | null {
  if (!scores) return null;
  if (scores.score.length === 0) return score;
  const newest = scores.score.at(-1)!;
  return Number.isNaN(newest) ? null : newest;
}

/** A finding as it was before it was stored: JSON has no NaN. */
function revive(finding: Finding): Finding {
  const number = (value: number | null) => value ?? NaN;
  const contributions = finding.contributions.map((each) => ({
    ...each,
    seen: number(each.seen),
    expected: number(each.expected)
  }));
  return { ...finding, contributions };
}
