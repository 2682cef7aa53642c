/** Windows of a scaled series: split for a training, and gathered, the only place where one is ever materialised. */
import type { ScaledSeries } from '../domain/ports';

/** Copies `count` windows, beginning with `starts[from]`, into `[count, steps, channels]`. */
export function gatherWindows(
  series: ScaledSeries,
  starts: Int32Array,
  from: number,
  count: number,
  steps: number
): Float32Array {
  const size = steps * series.channels;
  const windows = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const begin = starts[from + i]! * series.channels;
    windows.set(series.values.subarray(begin, begin + size), i * size);
  }
  return windows;
}

/**
 * Splits windows in time order: the last share validates, and the windows that would share rows with it are left out of both.
 * `starts` rising; returns views.
 */
export function splitWindows(
  starts: Int32Array,
  validationShare: number,
  steps: number
): { fitted: Int32Array; validating: Int32Array } {
  const cut = starts.length - Math.max(1, Math.round(starts.length * validationShare));
  const firstRow = starts[cut] ?? 0;
  const fitted = starts.subarray(0, cut).filter((start) => start + steps <= firstRow);
  return { fitted, validating: starts.subarray(cut) };
}
