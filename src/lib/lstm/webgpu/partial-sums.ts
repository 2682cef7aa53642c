/**
 * How the gradient of a batch is summed: its windows are cut into splits, each split sums its windows in order into a partial
 * gradient of its own, and the partial gradients are added in order. No atomics; and since micro-batches are whole splits, how a
 * batch is cut into micro-batches changes nothing.
 */

/** Rows summed one after another: few enough for f32, many enough that partial gradients cost little. */
const rowsPerSplit = 256;
const maxSplits = 128;
/** A split is a multiple of the windows that the LSTM kernels take together. */
const windowsTogether = 8;

/** Windows of one split, for batches of `batchSize` windows of `steps` rows, so that there are at most `fittingSplits`. */
export function choosePerSplit(batchSize: number, steps: number, fittingSplits: number): number {
  const wanted = Math.round(rowsPerSplit / steps / windowsTogether);
  const needed = Math.ceil(batchSize / Math.min(maxSplits, fittingSplits) / windowsTogether);
  return windowsTogether * Math.max(1, wanted, needed);
}

/** Splits of a micro-batch. */
export const countSplits = ({ rows, perSplit }: { rows: number; perSplit: number }) => Math.ceil(rows / perSplit);

/** WGSL: workgroup_id.z → windows `begin` … `end` of its split, and where the partial gradient begins, `length` to each. */
export const takeSplit = (length: number) => `
  let begin = group.z * step.perSplit;
  let end = min(begin + step.perSplit, step.rows);
  let partial = (step.base / step.perSplit + group.z) * ${length}u;`;
