/** What a picture shows, in one sentence for those who do not see it. */
import { formatNumber, formatSpan, formatTime, withUnit } from '../format';
import { decimalsFor } from './axis';
import type { Columns } from './columns';
import type { TimeRange } from './range';
import { spanOf } from './range';

/** "Vibration, 14 Mar 2026, 10:00 – 12:00 UTC: lowest 1.2 mm/s, highest 4.7 mm/s, 2 gaps."; `times` as `formatWhole` writes them. */
export function summarise(title: string, unit: string, times: string, { low, high, gaps }: Columns): string {
  const decimals = decimalsFor(high - low);
  const value = (of: number) => withUnit(formatNumber(of, decimals), unit);
  const reach = Number.isNaN(low) ? 'no value' : `lowest ${value(low)}, highest ${value(high)}`;
  const holes = gaps === 0 || Number.isNaN(low) ? '' : `, ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`;
  return `${title}, ${times}: ${reach}${holes}.`;
}

/** A range in UTC in whole seconds, in whole minutes where it is longer than three hours. */
export function formatWhole(range: TimeRange): string {
  const unitMs = spanOf(range) > 3 * 3_600_000 ? 60_000 : 1000;
  return formatSpan(Math.round(range.fromMs / unitMs) * unitMs, Math.round(range.toMs / unitMs) * unitMs);
}

/** One edge of a range, as a slider says it. */
export function formatEdge(ms: number): string {
  return `${formatTime(Math.round(ms / 1000) * 1000)} UTC`;
}
