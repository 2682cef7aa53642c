import { expect, test } from 'vitest';
import type { LstmEngine } from '$lib/lstm/engine';
import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { countFlips } from '../../support/flips';
import { drawCase } from '../../support/lstm-cases';

const right = createReferenceEngine();
const drawn = drawCase({ steps: 3, channels: 2, encoder: [3], latent: null, decoder: [3] }, 101, 1);

/** The reference with scores changed by `change`. */
const changed = (change: (score: number, i: number) => number): LstmEngine => ({
  ...right,
  createScorer: async (shape, parameters) => {
    const scorer = await right.createScorer(shape, parameters);
    return {
      ...scorer,
      score: async (...request) => {
        const found = await scorer.score(...request);
        return { ...found, score: found.score.map(change) };
      }
    };
  }
});

test('an engine does not flip against itself, and half of the windows lie above the middle score', async () => {
  const { windows, threshold, flips, unexcused } = await countFlips(right, right, drawn, 'mse');
  expect({ windows, flips, unexcused }).toEqual({ windows: 101, flips: 0, unexcused: 0 });
  const scorer = await right.createScorer(drawn.shape, drawn.parameters);
  const { score } = await scorer.score(drawn.series, drawn.starts, 'mse');
  // One window is asked for twice, so the half is not exact.
  expect(Math.abs(score.filter((value) => value > threshold).length - 50)).toBeLessThanOrEqual(1);
});

test('the window at the threshold may flip, one further away may not', async () => {
  const { threshold } = await countFlips(right, right, drawn, 'mse');
  const nudged = await countFlips(
    right,
    changed((score) => score * (1 + 5e-5)),
    drawn,
    'mse'
  );
  expect(nudged.flips).toBeGreaterThan(0);
  expect(nudged.unexcused).toBe(0);
  const wrong = changed((score, i) => (i === 3 ? 2 * threshold - score : score));
  expect(await countFlips(right, wrong, drawn, 'mse')).toMatchObject({ flips: 1, unexcused: 1 });
  const broken = await countFlips(
    right,
    changed(() => NaN),
    drawn,
    'mse'
  );
  expect(broken.unexcused).toBeGreaterThan(40);
});
