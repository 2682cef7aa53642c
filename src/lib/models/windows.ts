/** Windows of a healthy range, split for a training. */

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
