/** A thread that helps to score: one model at a time, windows by windows, as the engine's thread hands them out.
 * It belongs to that thread and ends with it, so it holds no lock of its own. */
import { expose, transfer } from 'comlink';
import { meterTraffic } from '../bridge/traffic';
import type { ErrorKind, Scorer, Series } from '../lstm/engine';
import type { AutoencoderShape } from '../lstm/shape';
import { createWasmEngine } from '../lstm/wasm/engine';
import { loadKernels } from './kernels';

meterTraffic();

/** What the engine's thread may ask. */
export interface ScorerApi {
  open(shape: AutoencoderShape, parameters: Float32Array): Promise<void>;
  score(series: Series, starts: Int32Array, error: ErrorKind): ReturnType<Scorer['score']>;
}

let scorer: Scorer | null = null;

const api: ScorerApi = {
  async open(shape, parameters) {
    scorer = await (await createWasmEngine(loadKernels)).createScorer(shape, parameters);
  },
  async score(series, starts, error) {
    if (!scorer) throw new Error('score before open');
    const scores = await scorer.score(series, starts, error);
    return transfer(scores, [scores.score.buffer, scores.channelError.buffer, scores.expected.buffer]);
  }
};
expose(api);
