/**
 * Where a reading stands in time: at the front, where it moves the live state, or somewhere behind, where it belongs to history
 * alone. Decided by the sample's own time against a watermark per source, never by the order of arrival. It exists because
 * back-filled readings that clear an alarm, or raise one, are the classic fault of live monitoring. It must not know values.
 */

/** What a source's readings may be like. All in ms. */
export interface EventTimeRule {
  /** How far a reading may lie behind the newest of its source and still be live. */
  latenessMs: number;
  /** A reading older than this on arrival was stored somewhere on the way: it is not live. */
  maxAgeMs: number;
  /** A reading further ahead of the wall clock than this is not believed. */
  maxAheadMs: number;
}

/** The rule where a source has none of its own: 5 s behind, a minute old, 10 s ahead. */
const defaultEventTime: EventTimeRule = { latenessMs: 5000, maxAgeMs: 60_000, maxAheadMs: 10_000 };

/**
 * `live`: the newest of its asset and not behind the watermark. `late`: behind the newest of its asset, not behind the watermark.
 * `duplicate`: a time this asset had lately. `backfill`: behind the watermark, or forwarded from a store. `ahead`: not believed.
 */
export const placements = ['live', 'late', 'duplicate', 'backfill', 'ahead'] as const;
export type Placement = (typeof placements)[number];

/** Places the readings of one source. */
export interface EventTime {
  /** `arrivedMs` is the wall clock on arrival, or NaN for a source with a time of its own, which is then never old or ahead. */
  place(asset: string, tMs: number, arrivedMs: number, isHistorical: boolean): Placement;
  /** No reading before this is live any more; −Infinity before the first. */
  watermarkMs(): number;
  /** Readings placed so far. */
  counts(): Readonly<Record<Placement, number>>;
}

/** Times per asset among which a duplicate is recognised. */
const rememberedTimes = 16;

interface AssetTimes {
  newestMs: number;
  /** The last times placed, in a ring. */
  lately: Float64Array;
  cursor: number;
}

/** Creates the placing of one source's readings. A time that is not finite is `ahead`: it belongs nowhere. */
export function createEventTime(rule: EventTimeRule = defaultEventTime): EventTime {
  const assets = new Map<string, AssetTimes>();
  const counts: Record<Placement, number> = { live: 0, late: 0, duplicate: 0, backfill: 0, ahead: 0 };
  let watermarkMs = -Infinity;

  function place(asset: string, tMs: number, arrivedMs: number, isHistorical: boolean): Placement {
    if (!Number.isFinite(tMs) || tMs > arrivedMs + rule.maxAheadMs) return 'ahead';
    const times = timesOf(asset);
    if (times.lately.includes(tMs)) return 'duplicate';
    times.lately[times.cursor] = tMs;
    times.cursor = (times.cursor + 1) % rememberedTimes;
    if (isHistorical) return 'backfill';
    // Comparisons with NaN are false, so a source with a time of its own has no age.
    const oldestMs = arrivedMs - rule.maxAgeMs;
    if (oldestMs > watermarkMs) watermarkMs = oldestMs;
    if (tMs < watermarkMs) return 'backfill';
    watermarkMs = Math.max(watermarkMs, tMs - rule.latenessMs);
    if (tMs < times.newestMs) return 'late';
    times.newestMs = tMs;
    return 'live';
  }

  function timesOf(asset: string): AssetTimes {
    const known = assets.get(asset);
    if (known) return known;
    const fresh = { newestMs: -Infinity, lately: new Float64Array(rememberedTimes).fill(NaN), cursor: 0 };
    assets.set(asset, fresh);
    return fresh;
  }

  return {
    place(asset, tMs, arrivedMs, isHistorical) {
      const placement = place(asset, tMs, arrivedMs, isHistorical);
      counts[placement]++;
      return placement;
    },
    watermarkMs: () => watermarkMs,
    counts: () => counts
  };
}
