/**
 * A detector without a network, for tests of the flow: it expects every channel at its healthy level, zero after scaling.
 * Says what it is: nothing is learned, so "training" ends at once.
 */
import type { Detector, DetectorFamily } from '$lib/domain/ports';
import { ok } from '$lib/domain/result';

export function createLevelFamily(): DetectorFamily {
  return {
    train: async (series, _starts, recipe, onEpoch) => {
      onEpoch({ epoch: 1, loss: 1, validationLoss: 1, windowsPerSecond: 1 });
      return ok({
        backend: 'none',
        detector: createLevelDetector(recipe.window.steps, series.channels),
        weights: Float32Array.of(1),
        weightsSha256: '0'.repeat(64),
        tensors: [{ name: 'level', shape: [1] }],
        loss: [1],
        validationLoss: [1],
        bestEpoch: 0
      });
    },
    load: async ({ recipe, channels }) => ok(createLevelDetector(recipe.window.steps, channels.length))
  };
}

function createLevelDetector(steps: number, channels: number): Detector {
  return {
    steps,
    channels,
    score: async (series, starts) => {
      const channelError = new Float32Array(starts.length * channels);
      starts.forEach((start, window) => {
        for (let i = 0; i < steps * channels; i++) {
          const value = series.values[start * channels + i]!;
          if (Number.isNaN(value)) throw new Error(`window ${window} has a missing value`);
          channelError[window * channels + (i % channels)]! += Math.abs(value) / steps;
        }
      });
      const score = Float32Array.from(starts, (_, window) => {
        const errors = channelError.subarray(window * channels, (window + 1) * channels);
        return errors.reduce((sum, error) => sum + error, 0) / channels;
      });
      return { score, channelError, expected: new Float32Array(starts.length * channels) };
    },
    dispose: () => {}
  };
}
