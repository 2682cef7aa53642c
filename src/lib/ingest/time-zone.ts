/**
 * Local time to UTC, by the rules of a zone as the engine knows them. Exists because a logger writes what its clock shows: an hour
 * is missing in spring and there twice in autumn, and neither may be guessed away. Knows nothing of how times are written.
 */

/** A zone. What it hands out depends on its name alone. */
export interface Zone {
  /**
   * The moments, ms UTC, at which a clock in this zone shows `localMs` (its digits taken as UTC): `first`, and `second` where the
   * hour is there twice, else NaN. Both NaN for a time that the clock skipped. The object is reused by the next call.
   */
  resolve(localMs: number): Readonly<Moments>;
  /** Offset that never changes, ms; null where it does. */
  fixedOffsetMs: number | null;
}

export interface Moments {
  first: number;
  second: number;
}

const [quarterMs, dayMs] = [900_000, 86_400_000] as const;

/** The zone called `UTC`, `±hh:mm` or by an IANA name; null where there is none. */
export function openZone(name: string): Zone | null {
  const fixedOffsetMs = readOffset(name);
  if (fixedOffsetMs !== null) {
    const moments = { first: NaN, second: NaN };
    return {
      fixedOffsetMs,
      resolve(localMs) {
        moments.first = localMs - fixedOffsetMs;
        return moments;
      }
    };
  }
  const offsetAt = offsetsOf(name);
  return offsetAt ? ruledZone(offsetAt) : null;
}

/** A zone whose offset changes. Offsets are looked up once a day, near a change once a quarter of an hour. */
function ruledZone(offsetAt: (utcMs: number) => number): Zone {
  const days = new Map<number, number | null>();
  const quarters = new Map<number, Moments>();
  const moments = { first: NaN, second: NaN };

  /** The one offset of all local times of a day, or null where it changes within a day of it. */
  function offsetOfDay(day: number): number | null {
    const [before, after] = [offsetAt((day - 1) * dayMs), offsetAt((day + 2) * dayMs)];
    const offset = before === after ? before : null;
    if (days.size > 4096) days.clear();
    days.set(day, offset);
    return offset;
  }

  /** Offsets of a quarter near a change: no zone changes within one. */
  function offsetsOfQuarter(quarter: number): Moments {
    const localMs = quarter * quarterMs;
    const [before, after] = [offsetAt(localMs - dayMs), offsetAt(localMs + dayMs)];
    const first = offsetAt(localMs - before) === before ? before : NaN;
    const second = after !== before && offsetAt(localMs - after) === after ? after : NaN;
    const offsets = Number.isNaN(first) ? { first: second, second: NaN } : { first, second };
    if (quarters.size > 4096) quarters.clear();
    quarters.set(quarter, offsets);
    return offsets;
  }

  return {
    fixedOffsetMs: null,
    resolve(localMs) {
      const day = Math.floor(localMs / dayMs);
      const known = days.get(day);
      const offset = known === undefined ? offsetOfDay(day) : known;
      if (offset !== null) {
        moments.first = localMs - offset;
        moments.second = NaN;
        return moments;
      }
      const quarter = Math.floor(localMs / quarterMs);
      const offsets = quarters.get(quarter) ?? offsetsOfQuarter(quarter);
      moments.first = localMs - offsets.first;
      moments.second = localMs - offsets.second;
      return moments;
    }
  };
}

/** Offset in ms of a fixed zone, or null. */
function readOffset(name: string): number | null {
  if (/^(utc|z|gmt)$/i.test(name)) return 0;
  const written = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i.exec(name);
  if (!written) return null;
  const minutes = Number(written[2]) * 60 + Number(written[3] ?? 0);
  return minutes <= 14 * 60 ? (written[1] === '-' ? -1 : 1) * minutes * 60_000 : null;
}

/** The engine's table of a zone as a function, or null where it has none of that name. */
function offsetsOf(name: string): ((utcMs: number) => number) | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch {
    return null;
  }
  return (utcMs) => {
    // Written as `3/9/2024, GMT+01:00`, or `GMT` alone.
    const written = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(utcMs));
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = written ?? [];
    const offsetS = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return (sign === '-' ? -offsetS : offsetS) * 1000;
  };
}
