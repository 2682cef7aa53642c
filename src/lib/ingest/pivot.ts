/**
 * The long layout made wide: values come one by one, with their channel, and leave as rows. A row leaves once every channel has
 * gone past its time, so that a file sorted by time streams through, and one sorted by tag is held until its last tag begins.
 */

/** Takes the values of one asset; each channel's come in time order. */
export interface Pivot {
  /** Time of the channel's latest value, ms; NaN before the first. */
  latestMs(channel: number): number;
  /** Returns false where this replaces the channel's value of the same time. Not to be called with an earlier time. */
  add(channel: number, tMs: number, value: number, quality: number): boolean;
  /** Hands over all rows that are left. */
  finish(): void;
}

interface Waiting {
  t: number[];
  values: number[];
  quality: number[];
  /** Index of the first value that was not handed over. */
  next: number;
  latestMs: number;
}

const sweepEvery = 8192;

/**
 * Rows go to `emit` in time order, with NaN of quality `absent` where a channel has no value at that time. At most about
 * `maxHeld` values are held: beyond that the oldest leave, and what comes for their times later is a row of its own.
 */
export function createPivot(
  channels: number,
  absent: number,
  emit: (tMs: number, values: Float64Array, quality: Uint8Array) => void,
  maxHeld = 16_000_000
): Pivot {
  const waiting = Array.from({ length: channels }, (): Waiting => ({
    t: [],
    values: [],
    quality: [],
    next: 0,
    latestMs: NaN
  }));
  const rowValues = new Float64Array(channels);
  const rowQuality = new Uint8Array(channels);
  let held = 0;
  let sinceSweep = 0;

  /** Hands over every row before `limitMs`, or at least `least` values. */
  function release(limitMs: number, least = 0): void {
    const stopAt = held - least;
    for (;;) {
      let tMs = Infinity;
      for (const { t, next } of waiting) if (next < t.length && t[next]! < tMs) tMs = t[next]!;
      if (tMs === Infinity || (tMs >= limitMs && held <= stopAt)) break;
      waiting.forEach((channel, index) => {
        const has = channel.t[channel.next] === tMs;
        rowValues[index] = has ? channel.values[channel.next]! : NaN;
        rowQuality[index] = has ? channel.quality[channel.next]! : absent;
        if (!has) return;
        channel.next++;
        held--;
      });
      emit(tMs, rowValues, rowQuality);
    }
    for (const channel of waiting) {
      if (channel.next < channel.t.length / 2) continue;
      channel.t.splice(0, channel.next);
      channel.values.splice(0, channel.next);
      channel.quality.splice(0, channel.next);
      channel.next = 0;
    }
  }

  return {
    latestMs: (channel) => waiting[channel]!.latestMs,
    add(channel, tMs, value, quality) {
      const own = waiting[channel]!;
      const last = own.t.length - 1;
      if (tMs === own.latestMs && last >= own.next) {
        own.values[last] = value;
        own.quality[last] = quality;
        return false;
      }
      own.t.push(tMs);
      own.values.push(value);
      own.quality.push(quality);
      own.latestMs = tMs;
      held++;
      if (++sinceSweep < sweepEvery) return true;
      sinceSweep = 0;
      // A row is complete once no channel can have a value for it any more.
      release(Math.min(...waiting.map(({ latestMs }) => (Number.isNaN(latestMs) ? -Infinity : latestMs))));
      if (held > maxHeld) release(-Infinity, held >> 1);
      return true;
    },
    finish: () => release(Infinity)
  };
}
