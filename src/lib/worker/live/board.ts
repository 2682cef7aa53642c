/**
 * What pages see of live monitoring: how each asset stands, and the newest rows of the one that is looked at. Gathers changes and hands
 * them over as frames. It must not know sources or storage.
 */
import { healthStates, type ChannelHealth, type HealthState } from '../../domain/channel-health';
import type { LiveAsset, WatchedRows } from '../../domain/live';
import type { PumpState } from '../../domain/pump-state';
import type { ReadingBlock } from '../../domain/reading-block';
import type { ScoreBlock } from '../../domain/score';

export interface LiveBoard {
  /** Takes what an advance came to. `threshold` is NaN without a model. */
  show(sourceId: string, advance: Shown, threshold: number): void;
  /** Takes earlier rows of the watched asset, which no advance brought; from then on its rows are handed over. */
  showEarlier(readings: ReadingBlock[], scores: ScoreBlock[]): void;
  /** Marks as stale what has nothing newer than its own limit, and what a source says counts no more. */
  age(nowOf: (sourceId: string) => number): void;
  makeStale(assetId: string): void;
  watch(assetId: string | null): void;
  watched(): string | null;
  /** Everything, for a page that has just begun to listen. */
  repeatAll(): void;
  /** What changed since the last time; null where nothing did. */
  take(): { assets: LiveAsset[]; watched: WatchedRows | null } | null;
  readonly changes: number;
}

/** What the board wants to know of an advance. */
export interface Shown {
  assetId: string;
  readings: ReadingBlock;
  scores: ScoreBlock | null;
  state: PumpState;
  health: ChannelHealth[];
}

/** A sample is stale when it is older than this many of its asset's steps, and older than the least, ms. */
const staleSteps = 5;
const leastStaleMs = 5000;

interface Kept {
  shown: LiveAsset;
  stepMs: number;
}

/** Creates an empty board. */
export function createLiveBoard(): LiveBoard {
  const assets = new Map<string, Kept>();
  let changed = new Set<string>();
  let watchedId: string | null = null;
  let rows: WatchedRows | null = null;
  /** Rows wait for the earlier ones. */
  let isHolding = false;

  function watchedRows(assetId: string): WatchedRows {
    return (rows ??= { assetId, readings: [], scores: [], health: [] });
  }

  function setStale(assetId: string, kept: Kept): void {
    if (kept.shown.isStale) return;
    kept.shown = { ...kept.shown, isStale: true };
    changed.add(assetId);
  }

  return {
    show(sourceId, { assetId, readings, scores, state, health }, threshold) {
      const before = assets.get(assetId);
      const newestMs = readings.t.at(-1)!;
      const ledMs = newestMs - (before?.shown.newestMs ?? NaN);
      const stepMs = before && ledMs > 0 ? smoothStep(before.stepMs, ledMs / readings.t.length) : NaN;
      const shown = {
        assetId,
        sourceId,
        state,
        newestMs,
        isStale: false,
        score: scoreOf(scores, threshold, before?.shown.score ?? NaN),
        health: worstOf(health)
      };
      assets.set(assetId, { shown, stepMs });
      changed.add(assetId);
      if (assetId !== watchedId) return;
      const gathered = watchedRows(assetId);
      gathered.readings.push(readings);
      if (scores) gathered.scores.push(scores);
      gathered.health = health;
    },
    showEarlier(readings, scores) {
      if (watchedId === null) return;
      isHolding = false;
      const gathered = watchedRows(watchedId);
      gathered.readings.unshift(...readings);
      gathered.scores.unshift(...scores);
    },
    age(nowOf) {
      for (const [assetId, kept] of assets) {
        const limitMs = Math.max(leastStaleMs, staleSteps * (kept.stepMs || 0));
        if (nowOf(kept.shown.sourceId) - kept.shown.newestMs > limitMs) setStale(assetId, kept);
      }
    },
    makeStale(assetId) {
      const kept = assets.get(assetId);
      if (kept) setStale(assetId, kept);
    },
    watch(assetId) {
      watchedId = assetId;
      rows = null;
      isHolding = true;
    },
    watched: () => watchedId,
    repeatAll() {
      changed = new Set(assets.keys());
    },
    take() {
      const ready = isHolding ? null : rows;
      if (changed.size === 0 && ready === null) return null;
      const taken = { assets: [...changed].flatMap((id) => assets.get(id)?.shown ?? []), watched: ready };
      changed = new Set();
      if (ready) rows = null;
      return taken;
    },
    get changes() {
      return changed.size;
    }
  };
}

/** The newest score as a share of the threshold. A source faster than its model brings no score with most readings: the one before stays. */
function scoreOf(scores: ScoreBlock | null, threshold: number, before: number): number {
  if (!scores) return NaN;
  return scores.score.length > 0 ? scores.score.at(-1)! / threshold : before;
}

/** The step between samples, smoothed, ms. */
function smoothStep(beforeMs: number, ledMs: number): number {
  return Number.isNaN(beforeMs) ? ledMs : beforeMs + (ledMs - beforeMs) / 8;
}

function worstOf(health: ChannelHealth[]): HealthState {
  let worst = healthStates.length - 1;
  for (const { state } of health) worst = Math.min(worst, healthStates.indexOf(state));
  return healthStates[worst]!;
}
