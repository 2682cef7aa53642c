/** What the live thread tells pages, several times a second: plain data, small, and only what has changed. */
import type { ChannelHealth, HealthState } from './channel-health';
import type { PumpState } from './pump-state';
import type { ReadingBlock } from './reading-block';
import type { Fault } from './result';
import type { ScoreBlock } from './score';
import type { LossKind, SourceLoss, SourceSetup, SourceState } from './source';

/** An asset as it stands now. */
export interface LiveAsset {
  assetId: string;
  sourceId: string;
  state: PumpState;
  /** Time of its newest sample, its own, ms UTC. */
  newestMs: number;
  /** Nothing new for so long that the values count no more; by the sample's own time. */
  isStale: boolean;
  /** The newest score as a share of the threshold; NaN where there is none. */
  score: number;
  /** The worst of its channels. */
  health: HealthState;
}

/** A source as it stands now, with everything it lost, by kind. */
export interface LiveSource {
  setup: SourceSetup;
  state: SourceState;
  losses: Partial<Record<LossKind, SourceLoss>>;
  /** Readings that came, and how many of them were not the newest of their asset, by kind. */
  readings: number;
  late: number;
  duplicates: number;
  backfilled: number;
  ahead: number;
  /** No reading before this moves a live state any more, ms UTC; −Infinity before the first. */
  watermarkMs: number;
  assets: number;
  /** The clock of the source was found off, or moved, at `atMs`; null while it runs true. */
  clock: { atMs: number; byMs: number; isWholeHours: boolean; isJump: boolean } | null;
}

/** Nobody looked: the tablet slept or the page was frozen. */
export interface Pause {
  fromMs: number;
  toMs: number;
}

/** A fault a person wants a simulated pump to have from now on: how bad it gets, 0 … 1, and how it gets there. */
export interface FaultWish {
  kind: string;
  severity: number;
  course: 'step' | 'ramp' | 'exponential';
  durationS: number;
}

/** Rows of the asset a page looks at that came since the last frame. */
export interface WatchedRows {
  assetId: string;
  readings: ReadingBlock[];
  scores: ScoreBlock[];
  health: ChannelHealth[];
}

/** One message of the live thread. */
export interface LiveFrame {
  /** Wall clock of the thread, ms UTC. */
  atMs: number;
  /** Assets that changed since the last frame; all of them in the first one. */
  assets: LiveAsset[];
  /** All sources, where any of them changed; null otherwise. */
  sources: LiveSource[] | null;
  watched: WatchedRows | null;
  /** Readings in the queue, and up to which wall clock everything that arrived is stored. */
  waiting: number;
  storedToMs: number;
  /** Why readings cannot be stored, or something else that a person should know; null while all is well. */
  fault: Fault | null;
  /** Pauses since the thread started, oldest first, where there is a new one; null otherwise. */
  pauses: Pause[] | null;
  /** Whether this thread writes; another tab does otherwise. */
  isWriter: boolean;
}
