/** What the engine's thread can be asked: types only, so that a page never drags the engine into its first paint. */
import type { BackendChoice, EngineStatus, Precision, TrainingProgress } from '../domain/engine';
import type { Recipe } from '../domain/recipe';
import type { Result } from '../domain/result';
import type { LiveApi } from './worker-client';

/** A training asked for: the pump, the recipe, the healthy range, both ends included, channels it is to leave out, and what the weights are rounded to. */
export interface TrainRequest {
  assetId: string;
  recipe: Recipe;
  t0Ms: number;
  t1Ms: number;
  leaveOut: string[];
  precision: Precision;
}

export interface EngineApi extends LiveApi {
  /** Chooses the engine by self-test. Must be called once before anything else. `onChange` is told when the GPU is lost later. */
  start(choice: BackendChoice, onChange: (status: EngineStatus) => void): Promise<Result<EngineStatus>>;
  /** Trains on the range, scores the whole recording, stores model, scores and findings; returns the model's id. */
  train(request: TrainRequest, onProgress: (progress: TrainingProgress) => void): Promise<Result<string>>;
  /** Scores the recording with a model shipped in `models/` and stores all of it; returns the model's id. */
  applyShipped(
    assetId: string,
    modelName: string,
    onProgress: (progress: TrainingProgress) => void
  ): Promise<Result<string>>;
}
