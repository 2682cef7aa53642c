/**
 * Which channels stand still although the pump runs and others move. How long a channel may stand is learnt from the channel itself, so
 * that a coarse display is no fault. Nothing is said while the pump is not surely running: at night every sensor stands still.
 */
import { Quality } from '../../domain/reading-block';
import type { ChannelRule, StuckRule } from './rules';

export interface StuckWatch {
  /**
   * Marks in `codes` what is stuck at the next row, and makes its value NaN. `values` holds NaN where a value is bad: it neither ends nor
   * begins a standstill. Both have one entry per rule.
   */
  mark(tMs: number, isRunning: boolean, isGap: boolean, values: Float64Array, codes: Uint8Array): void;
}

/** Creates the watch over the channels of the rules. Its state lies in one array per property, because it is walked for every row. */
export function createStuckWatch(rules: readonly ChannelRule[]): StuckWatch {
  const width = rules.length;
  const column = (value: number) => new Float64Array(width).fill(value);
  /** The standstill each channel is in: its first value, since when, and its rows so far. NaN where there is none. */
  const anchor = column(NaN);
  const sinceMs = column(NaN);
  const rows = column(0);
  /** Learnt of each channel: the longest standstill that ended in an ordinary way, its moves, and the smallest of them. */
  const longestMs = column(0);
  const moves = column(0);
  const finest = column(Infinity);
  const isStuck = new Uint8Array(width);
  const resolution = Float64Array.from(rules, ({ stuck }) => stuck?.resolution ?? 0);
  const leastRows = Float64Array.from(rules, ({ stuck }) => stuck?.rows ?? Infinity);
  /** What speaks for a channel, and its value when the channel's standstill began; NaN until it is known. */
  const witnesses = rules.flatMap(({ stuck }, of) =>
    (stuck?.witnesses ?? [])
      .map(({ channel, share }) => ({ of, at: rules.findIndex((rule) => rule.channel === channel), share, seen: NaN }))
      .filter(({ at }) => at >= 0)
  );
  let wasRunning = false;

  function follow(c: number, tMs: number, value: number): void {
    const change = Math.abs(value - anchor[c]!);
    if (change <= resolution[c]!) {
      rows[c]! += 1;
      return;
    }
    if (!Number.isNaN(change)) learn(c, tMs - sinceMs[c]!, change);
    anchor[c] = value;
    sinceMs[c] = tMs;
    rows[c] = 1;
    isStuck[c] = 0;
  }

  /** A frozen sensor comes back with a jump; a coarse one goes on by a step, and may stand as long again. */
  function learn(c: number, forMs: number, change: number): void {
    if (forMs > longestMs[c]! && (isStuck[c] === 0 || change <= 2 * finest[c]!)) longestMs[c] = forMs;
    moves[c]! += 1;
    if (change < finest[c]!) finest[c] = change;
  }

  function noteWitnesses(tMs: number, values: Float64Array): void {
    for (const witness of witnesses) {
      if (sinceMs[witness.of] === tMs) witness.seen = NaN;
      if (Number.isNaN(witness.seen)) witness.seen = values[witness.at]!;
    }
  }

  function stands(c: number, rule: StuckRule, tMs: number, values: Float64Array): boolean {
    const forMs = tMs - sinceMs[c]!;
    if (!(forMs >= rule.seconds * 1000) || anchor[c] === rule.restsAt) return false;
    if (witnesses.some(({ of, at, share, seen }) => of === c && Math.abs(values[at]! - seen) > share * Math.abs(seen)))
      return true;
    return moves[c]! >= rule.moves && forMs > rule.times * longestMs[c]! && haveOthersMoved(c);
  }

  function haveOthersMoved(c: number): boolean {
    let known = 0;
    let moved = 0;
    for (let other = 0; other < width; other++) {
      if (other === c || Number.isNaN(anchor[other]!)) continue;
      known += 1;
      if (sinceMs[other]! > sinceMs[c]!) moved += 1;
    }
    return moved > 0 && 2 * moved >= known;
  }

  return {
    mark(tMs, isRunning, isGap, values, codes) {
      if (wasRunning && (!isRunning || isGap)) {
        anchor.fill(NaN);
        isStuck.fill(0);
      }
      wasRunning = isRunning;
      if (!isRunning) return;
      for (let c = 0; c < width; c++) if (!Number.isNaN(values[c]!)) follow(c, tMs, values[c]!);
      noteWitnesses(tMs, values);
      for (let c = 0; c < width; c++) {
        if (rows[c]! < leastRows[c]! || Number.isNaN(values[c]!)) continue;
        // Once stuck it stays so until it moves: that the others calm down proves nothing.
        if (isStuck[c] === 0 && stands(c, rules[c]!.stuck!, tMs, values)) isStuck[c] = 1;
        if (isStuck[c] === 0) continue;
        codes[c] = Quality.stuck;
        values[c] = NaN;
      }
    }
  };
}
