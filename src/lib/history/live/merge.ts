/**
 * Rows of one owner brought together: in time order, each time once, and of two rows at one time the one written last. Late
 * readings find their place here, and a seal that was cut short comes to the same when it is done again. Pure.
 */
import { firstRowFrom, sliceSeries, widenSeries, type Series } from './series';

/** One series of the parts, which come in the order they were written. Channels are those of all parts. At least one part. */
export function mergeSeries(parts: Series[]): Series {
  const [first, ...others] = parts;
  if (others.length === 0) return settle(first!);
  const channels = others.reduce(
    (all, part) => (part.channels === all ? all : [...new Set([...all, ...part.channels])]),
    first!.channels
  );
  const wide = parts.map((part) => widenSeries(part, channels));
  const rows = wide.reduce((sum, part) => sum + part.t.length, 0);
  const joined: Series = {
    ...wide[0]!,
    t: join(
      wide.map((part) => part.t),
      new Float64Array(rows)
    ),
    floats: wide[0]!.floats.map((_, c) =>
      join(
        wide.map((part) => part.floats[c]!),
        new Float32Array(rows)
      )
    ),
    codes: wide[0]!.codes.map((_, c) =>
      join(
        wide.map((part) => part.codes[c]!),
        new Uint8Array(rows)
      )
    )
  };
  return settle(joined);
}

/** Lays blocks over blocks, both in time order and without overlap in themselves: where times are equal, `over` counts. */
export function overlaySeries(base: Series[], over: Series[]): Series[] {
  const merged: Series[] = [];
  let next = 0;
  let row = 0;

  /** The rows of `over` up to a time, or before it, that were not taken yet. */
  function take(limitMs: number, isIncluded: boolean): Series[] {
    const taken: Series[] = [];
    for (; next < over.length; next++, row = 0) {
      const series = over[next]!;
      let to = firstRowFrom(series.t, limitMs);
      if (isIncluded && series.t[to] === limitMs) to++;
      if (to > row) taken.push(sliceSeries(series, row, to));
      row = to;
      if (to < series.t.length) break;
    }
    return taken;
  }

  for (const block of base) {
    merged.push(...take(block.t[0]!, false));
    const inside = take(block.t.at(-1)!, true);
    merged.push(inside.length > 0 ? mergeSeries([block, ...inside]) : block);
  }
  return [...merged, ...take(Infinity, false)];
}

/** Rows in written order, as rows in time order of which each is the last written at its time. */
function settle(series: Series): Series {
  const { t } = series;
  if (isRising(t)) return series;
  const order = Uint32Array.from(t, (_, row) => row).sort((a, b) => t[a]! - t[b]! || a - b);
  const kept = order.filter((row, i) => i === order.length - 1 || t[row] !== t[order[i + 1]!]);
  return {
    ...series,
    t: Float64Array.from(kept, (row) => t[row]!),
    floats: series.floats.map((column) => Float32Array.from(kept, (row) => column[row]!)),
    codes: series.codes.map((column) => Uint8Array.from(kept, (row) => column[row]!))
  };
}

function isRising(t: Float64Array): boolean {
  for (let row = 1; row < t.length; row++) if (!(t[row]! > t[row - 1]!)) return false;
  return true;
}

function join<A extends Float64Array | Float32Array | Uint8Array>(parts: A[], whole: A): A {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
