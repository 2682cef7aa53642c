/**
 * The seams where hardware and disk can be replaced. Each has one contract suite in `tests/contract`, run on every adapter.
 */
import type { Asset, RejectedRow } from './asset';
import type { Channel } from './channel';
import type { Finding } from './finding';
import type { Pause } from './live';
import type { Manifest, ModelArtifact } from './manifest';
import type { PumpState } from './pump-state';
import type { ReadingBlock } from './reading-block';
import type { Recipe } from './recipe';
import type { Result } from './result';
import type { ScoreBlock } from './score';
import type { SourceSetup } from './source';

/**
 * A scaled series, row-major `[rows, channels]`. A window is named by the index of its first row; windows are never
 * materialised outside a detector, so that a kernel may read them from the series.
 */
export interface ScaledSeries {
  values: Float32Array;
  channels: number;
}

/** What a detector says of each window asked for, in the order asked. */
export interface WindowScores {
  /** Reconstruction error per window, `[count]`. */
  score: Float32Array;
  /** Reconstruction error per window and channel, `[count, channels]`. */
  channelError: Float32Array;
  /** Reconstruction of each window's last row, scaled, `[count, channels]`. */
  expected: Float32Array;
}

/** Scores windows. Pure: the same windows get the same scores, whatever the batch they come in. */
export interface Detector {
  readonly steps: number;
  readonly channels: number;
  /** Scores the windows that begin at `starts`. Every window must lie inside the series and contain no NaN. */
  score(series: ScaledSeries, starts: Int32Array): Promise<WindowScores>;
  /** Frees everything held on the device. */
  dispose(): void;
}

/** What a training hands back: the detector, ready to score, and what is needed to make it again. */
export interface TrainedDetector {
  detector: Detector;
  /** What trained it; a device may be chosen, or lost, while it trains. */
  backend: string;
  /** All weights, flat, in the order of `tensors`. */
  weights: Float32Array;
  /** SHA-256 of the weights' bytes, hex. */
  weightsSha256: string;
  tensors: { name: string; shape: number[] }[];
  /** Per epoch. */
  loss: number[];
  validationLoss: number[];
  bestEpoch: number;
}

/** One epoch of a training, counted from 1. */
export interface Epoch {
  epoch: number;
  loss: number;
  validationLoss: number;
  windowsPerSecond: number;
}

/** Told after each epoch. The training goes on when it resolves, so that a host can let its thread breathe. */
export type EpochListener = (epoch: Epoch) => void | Promise<void>;

/** A family of detectors on some device. The recipe says everything; the seed makes it repeatable on that device. */
export interface DetectorFamily {
  /** Trains on the windows that begin at `starts`, in time order; the last share of them validates. */
  train(
    series: ScaledSeries,
    starts: Int32Array,
    recipe: Recipe,
    onEpoch: EpochListener
  ): Promise<Result<TrainedDetector>>;
  /** Rebuilds the detector of a manifest from its flat weights; `bad-model` where they do not fit. */
  load(manifest: Manifest, weights: Float32Array): Promise<Result<Detector>>;
}

/** Readings and scores, as columnar blocks. Every promise resolves after the data is stored, and rejects with a `StorageFault` otherwise. */
export interface History {
  /** Adds blocks of an asset. Blocks of one asset must not overlap in time; the same block again replaces itself. */
  appendReadings(blocks: ReadingBlock[]): Promise<void>;
  /** Blocks that touch [fromMs, toMs], in time order, whole. */
  readReadings(assetId: string, fromMs?: number, toMs?: number): Promise<ReadingBlock[]>;
  /** Adds scores. Blocks of one asset and model must not overlap; the same block again replaces itself. */
  appendScores(blocks: ScoreBlock[]): Promise<void>;
  readScores(assetId: string, modelId: string, fromMs?: number, toMs?: number): Promise<ScoreBlock[]>;
  /** Deletes the scores of one model. */
  deleteScores(assetId: string, modelId: string): Promise<void>;
  /** Deletes everything of an asset. */
  deleteAsset(assetId: string): Promise<void>;
  /** Assets that have readings or scores: whatever `Records` does not know of them is a leftover. */
  assetIds(): Promise<string[]>;
  /** Models that have scores of this asset. */
  scoredModelIds(assetId: string): Promise<string[]>;
  close(): void;
}

/** Small rows that must survive anything: assets, models, findings. */
export interface Records {
  assets(): Promise<Asset[]>;
  asset(id: string): Promise<Asset | undefined>;
  /** Adds the asset and its rejected rows in one transaction: from then on the import exists. */
  addAsset(asset: Asset, rejected: RejectedRow[]): Promise<void>;
  /** Adds assets that live sources named, in one transaction; those already there stay as they are. */
  addLiveAssets(assets: Asset[]): Promise<void>;
  renameAsset(id: string, name: string): Promise<void>;
  rejectedRows(assetId: string): Promise<RejectedRow[]>;
  /** Stores a trained model, its findings, the state they leave the pump in and the asset's `activeModelId` in one transaction. */
  addModel(assetId: string, artifact: ModelArtifact, findings: Finding[], state: PumpState): Promise<void>;
  /** Manifests of an asset's models, or of all, newest first. */
  models(assetId?: string): Promise<StoredModel[]>;
  artifact(modelId: string): Promise<ModelArtifact | undefined>;
  /** Stores a model that belongs to no asset, for many to use: its `assetId` is empty. The same one again replaces itself. */
  addSharedModel(artifact: ModelArtifact): Promise<void>;
  /** Shows another model's scores and findings. */
  activateModel(assetId: string, modelId: string): Promise<void>;
  /** Deletes a model and its findings. The asset's active model, if this one, becomes its newest other model or null. */
  deleteModel(modelId: string): Promise<void>;
  /** In order of their start. */
  findings(assetId: string, modelId: string): Promise<Finding[]>;
  /** Stores what live monitoring found since the last time: all of it, or nothing. Assets that are gone are left out. */
  recordLive(notes: LiveNote[]): Promise<void>;
  /** How live monitoring left each asset that it watched. */
  liveStates(): Promise<LiveState[]>;
  liveState(assetId: string): Promise<LiveState | undefined>;
  /** Deletes the asset with its rejected rows, models, findings and live state. */
  deleteAsset(assetId: string): Promise<void>;
  close(): void;
}

/** A model as listed: its manifest without the weights, and the state it saw the pump in at the end of the readings. One that many share has no asset. */
export interface StoredModel {
  id: string;
  assetId: string;
  manifest: Manifest;
  state: PumpState;
}

/** What live monitoring found of one asset: findings opened, grown or closed, how it stands, and how far its readings reach. */
export interface LiveNote {
  assetId: string;
  /** Null where only history was added to. */
  state: LiveState | null;
  findings: Finding[];
  /** Rows added, their first and last time, the channels they had, and the mean step, NaN for one row; 0 rows extend nothing. */
  rows: number;
  t0Ms: number;
  t1Ms: number;
  channels: Channel[];
  stepMs: number;
}

/** How live monitoring by a model, or by none, left an asset at the time of its newest reading. */
export interface LiveState {
  assetId: string;
  modelId: string | null;
  tMs: number;
  state: PumpState;
}

/** The live sources a person has set up, and when nobody watched. */
export interface Sources {
  all(): Promise<SourceSetup[]>;
  /** Adds a source, or replaces the one of the same id. */
  put(setup: SourceSetup): Promise<void>;
  remove(id: string): Promise<void>;
  /** Notes a stretch of time in which no reading could be taken. */
  addPause(pause: Pause): Promise<void>;
  /** Pauses that touch [fromMs, toMs], in time order. */
  pauses(fromMs: number, toMs: number): Promise<Pause[]>;
  /** Notes that somebody watches at this time, so that the next thread knows since when nobody did. */
  noteAlive(atMs: number): Promise<void>;
  /** When somebody watched last; NaN where nobody ever did. */
  lastAlive(): Promise<number>;
}

/** What was measured on this device, kept from one start to the next under a key that names everything it depends on. Neither call rejects. */
export interface Measurements {
  /** The value, or undefined where there is none or none can be read. */
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

/** What one flush of the live thread hands over: readings and scores of any number of assets. */
export interface LiveBatch {
  readings: ReadingBlock[];
  scores: ScoreBlock[];
}

/**
 * Live readings and scores: a journal of small batches, sealed from time to time into compressed blocks. Blocks may overlap what
 * is there already: of two rows of an asset at one time the one written last counts, so late readings find their place. One
 * thread writes; any may read. Promises resolve after the data is stored and reject with a `StorageFault`.
 */
export interface LiveHistory {
  /** Adds a batch to the journal, in one transaction. */
  append(batch: LiveBatch): Promise<void>;
  /** Moves every journalled row before `beforeMs` into blocks and out of the journal, in transactions of some assets each. Does nothing twice. */
  seal(beforeMs: number): Promise<SealReport>;
  /** Rows of an asset within [fromMs, toMs], both journalled and sealed, in time order, in blocks that do not overlap. */
  readReadings(assetId: string, fromMs?: number, toMs?: number): Promise<ReadingBlock[]>;
  readScores(assetId: string, modelId: string, fromMs?: number, toMs?: number): Promise<ScoreBlock[]>;
  deleteAsset(assetId: string): Promise<void>;
  deleteScores(assetId: string, modelId: string): Promise<void>;
  assetIds(): Promise<string[]>;
  /** Models that have live scores of this asset. */
  scoredModelIds(assetId: string): Promise<string[]>;
  close(): void;
}

/** What a seal did: rows moved, blocks written, and their size stored and as plain arrays, bytes. */
export interface SealReport {
  rows: number;
  blocks: number;
  storedBytes: number;
  plainBytes: number;
}
