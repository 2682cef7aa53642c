/** Scores windows with a network: reconstruction error per window and channel, and the last row's reconstruction. */
import type { Detector, ScaledSeries, WindowScores } from '../domain/ports';
import type { ScoreRule } from '../domain/recipe';
import { tf, type tfl } from '../lstm/tensorflow';
import { gatherWindows } from './windows';

/** Windows per call of the network; larger requests are cut, so that memory stays bounded and a GPU is never held for long. */
const scoringBatch = 256;

/** Wraps a network `[batch, steps, channels] → same` as a detector. It owns the network. */
export function createNetworkDetector(
  network: tfl.LayersModel,
  rule: ScoreRule,
  steps: number,
  channels: number
): Detector {
  async function score(series: ScaledSeries, starts: Int32Array): Promise<WindowScores> {
    const scores: WindowScores = {
      score: new Float32Array(starts.length),
      channelError: new Float32Array(starts.length * channels),
      expected: new Float32Array(starts.length * channels)
    };
    for (let from = 0; from < starts.length; from += scoringBatch) {
      const count = Math.min(scoringBatch, starts.length - from);
      const windows = gatherWindows(series, starts, from, count, steps);
      const parts = tf.tidy(() => {
        const x = tf.tensor3d(windows, [count, steps, channels]);
        const y = network.apply(x, { training: false }) as tf.Tensor3D;
        const residual = tf.sub(x, y);
        const error = tf.mean(rule.error === 'mae' ? tf.abs(residual) : tf.square(residual), 1);
        return [
          tf.mean(error, 1),
          error,
          tf.reshape(tf.slice(y, [0, steps - 1, 0], [count, 1, channels]), [count, channels])
        ];
      });
      const [score, channelError, expected] = await Promise.all(parts.map((part) => part.data()));
      tf.dispose(parts);
      scores.score.set(score!, from);
      scores.channelError.set(channelError!, from * channels);
      scores.expected.set(expected!, from * channels);
    }
    return scores;
  }
  return { steps, channels, score, dispose: () => network.dispose() };
}
