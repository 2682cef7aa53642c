/** Made-up score blocks for the tests of `detect`: one row a second, two channels that share the error 3 : 1. */
import { ScoreStatus, type ScoreBlock } from '$lib/domain/score';

/** Rows `from` … of a series of scores; null is a row without a score. Channel `b` has three quarters of the error. */
export function scoresOf(scores: (number | null)[], from = 0): { scores: ScoreBlock; seen: Float32Array[] } {
  const column = (valueAt: (score: number, row: number) => number) =>
    Float32Array.from(scores, (score, i) => (score === null ? NaN : valueAt(score, from + i)));
  return {
    scores: {
      assetId: 'pump',
      modelId: 'model',
      channels: ['a', 'b'],
      t: Float64Array.from(scores, (_, i) => 1000 * (from + i)),
      score: column((score) => score),
      status: Uint8Array.from(scores, (score) => (score === null ? ScoreStatus.gap : ScoreStatus.scored)),
      channelError: [column((score) => score / 4), column((score) => (score * 3) / 4)],
      expected: [column(() => 10), column((_, row) => row)]
    },
    seen: [column((_, row) => 10 + row), column((_, row) => row / 2)]
  };
}
