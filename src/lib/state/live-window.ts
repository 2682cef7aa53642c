/**
 * The newest rows of the pump a page looks at, as one block that a chart can be cut from. Memory is bounded: when it is full, the older
 * half is let go. It must not know pages.
 */
import type { ReadingBlock } from '../domain/reading-block';
import type { ScoreBlock } from '../domain/score';

/** Rows of one asset, readings and scores, growing at their end. */
export interface LiveWindow {
  /** Takes further rows; a row at or before the newest one is left out, because it belongs to history. */
  add(readings: ReadingBlock[], scores: ScoreBlock[]): void;
  /** All rows kept, as views that hold until the next `add`. */
  readings(): ReadingBlock;
  scores(): ScoreBlock;
}

/** Creates an empty window of an asset that keeps between `mostRows` / 2 and `mostRows` rows. */
export function createLiveWindow(assetId: string, mostRows = 100_000): LiveWindow {
  const rows = createSeries(mostRows);
  const scored = createSeries(mostRows);
  let modelId = '';

  return {
    add(readings, scores) {
      for (const { t, channels, columns, quality } of readings) {
        rows.add(
          t,
          Object.fromEntries(
            channels.flatMap((name, c) => [
              [`v ${name}`, columns[c]!],
              [`q ${name}`, quality[c]!]
            ])
          )
        );
      }
      for (const block of scores) {
        ({ modelId } = block);
        scored.add(block.t, {
          score: block.score,
          status: block.status,
          ...Object.fromEntries(
            block.channels.flatMap((name, c) => [
              [`e ${name}`, block.channelError[c]!],
              [`x ${name}`, block.expected[c]!]
            ])
          )
        });
      }
    },
    readings() {
      const channels = rows.names('v ');
      return {
        assetId,
        channels,
        t: rows.t(),
        columns: channels.map((name) => rows.column(`v ${name}`)),
        quality: channels.map((name) => new Uint8Array(rows.column(`q ${name}`)))
      };
    },
    scores() {
      const channels = scored.names('e ');
      return {
        assetId,
        modelId,
        channels,
        t: scored.t(),
        score: scored.column('score'),
        status: new Uint8Array(scored.column('status')),
        channelError: channels.map((name) => scored.column(`e ${name}`)),
        expected: channels.map((name) => scored.column(`x ${name}`))
      };
    }
  };
}

/** Columns by name over rising times, in arrays that grow by doubling. */
function createSeries(mostRows: number) {
  let capacity = 1024;
  let times = new Float64Array(capacity);
  let size = 0;
  const columns = new Map<string, Float32Array>();

  function grow(): void {
    if (capacity < mostRows) {
      capacity = Math.min(mostRows, capacity * 2);
      times = enlarge(times, new Float64Array(capacity));
      for (const [name, column] of columns) columns.set(name, enlarge(column, new Float32Array(capacity)));
      return;
    }
    const kept = size >> 1;
    times.copyWithin(0, size - kept, size);
    for (const column of columns.values()) column.copyWithin(0, size - kept, size);
    size = kept;
  }

  return {
    add(t: Float64Array, added: Record<string, ArrayLike<number>>): void {
      const names = Object.keys(added);
      for (const name of names) if (!columns.has(name)) columns.set(name, new Float32Array(capacity).fill(NaN));
      for (let row = 0; row < t.length; row++) {
        if (size > 0 && t[row]! <= times[size - 1]!) continue;
        if (size === capacity) grow();
        times[size] = t[row]!;
        for (const [name, column] of columns) column[size] = added[name]?.[row] ?? NaN;
        size += 1;
      }
    },
    t: () => times.subarray(0, size),
    column: (name: string) => columns.get(name)?.subarray(0, size) ?? new Float32Array(size).fill(NaN),
    names: (prefix: string) =>
      [...columns.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  };
}

function enlarge<A extends Float32Array | Float64Array>(from: A, to: A): A {
  to.set(from as never);
  return to;
}
