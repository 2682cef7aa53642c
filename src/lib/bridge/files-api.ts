/** What the files' thread can be asked: import, chart data, deletion. It never loads TensorFlow.js. */
import type { ChartSlice } from '../domain/envelope';
import type { HealthyRange } from '../domain/healthy-range';
import type { ImportJob, ImportProgress, PlanWish, PreviewedFiles } from '../domain/import-plan';
import type { LabelVerdict } from '../domain/label-verdict';
import type { QualityReport } from '../domain/quality-report';
import type { HealthyRule } from '../domain/recipe';
import type { Result } from '../domain/result';
import type { LiveApi } from './worker-client';

/** A range of a recording to draw, reduced to at most `points` buckets. `modelId` null draws readings only. */
export interface ChartRequest {
  assetId: string;
  modelId: string | null;
  fromMs: number;
  toMs: number;
  points: number;
}

export interface FilesApi extends LiveApi {
  /** Reads files, archives too, or those of these names in them, by the person's wish where there is one. */
  preview(files: File[], names: string[] | null, wish: PlanWish | null): Promise<Result<PreviewedFiles>>;
  /** Imports whole files as new pumps; returns their ids. Nothing stays behind when it fails or the thread is stopped. */
  importFiles(files: File[], job: ImportJob, onProgress: (progress: ImportProgress) => void): Promise<Result<string[]>>;
  /** Makes the sample pump's recording, if it is not there yet; returns its id. */
  importSample(): Promise<Result<string>>;
  chart(request: ChartRequest): Promise<Result<ChartSlice>>;
  /** The healthy range a recipe proposes for this recording: the first rows, labels unread. */
  proposeHealthy(assetId: string, rule: HealthyRule): Promise<Result<HealthyRange>>;
  /** Compares findings with the recording's own label columns on the rows outside the training range. */
  compareLabels(assetId: string, modelId: string): Promise<Result<LabelVerdict[]>>;
  /** Deletes a pump and everything of it. */
  deleteAsset(assetId: string): Promise<Result<null>>;
  /** Deletes a model, its scores and its findings. */
  deleteModel(assetId: string, modelId: string): Promise<Result<null>>;
  /** Deletes readings and scores that no record knows of: what a stopped import or training left behind. Returns their number. */
  sweep(): Promise<Result<number>>;
  /** What the recording is worth to learn from. */
  qualityReport(assetId: string): Promise<Result<QualityReport>>;
}
