/** A scorer of the LSTM library behind the `Detector` port. */
import type { Detector } from '../domain/ports';
import type { ScoreRule } from '../domain/recipe';
import type { Scorer } from '../lstm/engine';

/** Wraps a scorer, and owns it. */
export function createDetector(scorer: Scorer, rule: ScoreRule): Detector {
  const { steps, channels } = scorer.shape;
  return {
    steps,
    channels,
    score: (series, starts) => scorer.score(series, starts, rule.error),
    dispose: () => scorer.dispose()
  };
}
