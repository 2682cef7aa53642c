/**
 * Smoothing of the channels a model uses: finds them by name, finds the gaps, and takes each channel's trailing mean, which begins
 * anew after a gap. Denoising comes before scaling, because a scale fitted on noise cannot be repaired later. Every fit and every
 * score passes here. Must not know scales, windows or labels.
 */
import { isBad, Quality, type ReadingBlock } from '../domain/reading-block';
import type { PrepareRule } from '../domain/recipe';
import { createTrailingMean } from './trailing-mean';

/** Rows smoothed: one column per channel in its own unit, and 1 in `gap` where the step that leads to the row is a gap. */
export interface SmoothedRows {
  columns: Float32Array[];
  gap: Uint8Array;
}

/** A smoother of successive blocks of one asset: any grouping of the same rows gives the same numbers, bit for bit. */
export interface Smoother {
  push(block: ReadingBlock): SmoothedRows;
}

/**
 * Creates the smoother of the channels named. A gap is a step above `maxGapSteps` × `stepMs`, and also one that does not go forward.
 * A missing or bad value is missing (NaN) in its row and is left out of the means of later rows; a block without one of the channels
 * has it missing throughout; other channels are not read.
 */
export function createSmoother(names: string[], rule: PrepareRule, stepMs: number): Smoother {
  const maxStepMs = rule.maxGapSteps * stepMs;
  const means = names.map(() => createTrailingMean(rule.smoothRows));
  let lastMs = NaN;

  function markGaps(t: Float64Array): Uint8Array {
    return Uint8Array.from(t, (tMs) => {
      const isFirst = Number.isNaN(lastMs);
      const step = tMs - lastMs;
      lastMs = tMs;
      return isFirst || (step > 0 && step <= maxStepMs) ? 0 : 1;
    });
  }

  function push(block: ReadingBlock): SmoothedRows {
    const gap = markGaps(block.t);
    const columns = names.map((name, channel) => {
      const mean = means[channel]!;
      const source = block.channels.indexOf(name);
      const column = block.columns[source];
      const quality = block.quality[source];
      const smoothed = new Float32Array(block.t.length);
      for (let row = 0; row < smoothed.length; row++) {
        if (gap[row] === 1) mean.restart();
        smoothed[row] = mean.next(isBad(quality?.[row] ?? Quality.missing) ? NaN : column![row]!);
      }
      return smoothed;
    });
    return { columns, gap };
  }

  return { push };
}
