/**
 * What a device needs to see of a series: the rows under the windows asked for and no others, in pieces that fit a buffer.
 * Windows are taken in the order of their first rows, so that rows they share go up once.
 */
import type { Series } from '../engine';

/** Some windows and the rows under them. */
export interface Piece {
  /** Which of the windows asked for these are. */
  readonly order: Uint32Array;
  /** Where each begins, in rows of `values`. */
  readonly starts: Int32Array;
  /** `[rows, channels]` */
  readonly values: Float32Array;
}

/** Cuts into pieces of at most `maxRows` rows (no fewer than `steps`) and `maxWindows` windows. */
export function* cutPieces(
  { values, channels }: Series,
  starts: Int32Array,
  steps: number,
  maxRows: number,
  maxWindows: number
): Generator<Piece> {
  const order = sortByStart(starts);
  for (let from = 0; from < order.length;) {
    const moved: number[] = [];
    const stretches: { first: number; end: number }[] = [];
    let rows = 0;
    let to = from;
    for (; to < order.length && moved.length < maxWindows; to++) {
      const start = starts[order[to]!]!;
      const last = stretches.at(-1);
      const isApart = !last || start > last.end;
      const more = start + steps - (isApart ? start : last.end);
      if (rows + more > maxRows) break;
      rows += more;
      moved.push(rows - steps);
      if (isApart) stretches.push({ first: start, end: start + steps });
      else last.end = start + steps;
    }
    const gathered = new Float32Array(rows * channels);
    let at = 0;
    for (const { first, end } of stretches) {
      gathered.set(values.subarray(first * channels, end * channels), at);
      at += (end - first) * channels;
    }
    yield { order: order.subarray(from, to), starts: Int32Array.from(moved), values: gathered };
    from = to;
  }
}

function sortByStart(starts: Int32Array): Uint32Array {
  const order = Uint32Array.from(starts, (_, i) => i);
  return starts.every((start, i) => i === 0 || starts[i - 1]! <= start)
    ? order
    : order.sort((a, b) => starts[a]! - starts[b]!);
}
