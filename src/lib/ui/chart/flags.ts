/**
 * Places the findings' numbers above the charts as targets a thumb can hit: those that would overlap become one flag for
 * all of them. Plain arithmetic; knows nothing of the page.
 */
import type { Finding } from '../../domain/finding';
import { shareAt, type TimeRange } from './range';

/** One target; `share` is the place of its left edge, 0 … 1 of the visible range. */
export interface Flag {
  share: number;
  /** `3`, or `3–7` for several neighbours in the list. */
  text: string;
  findings: Finding[];
}

/** Flags of the findings that reach into the range, from left to right, at least `minShare` apart where the range allows. */
export function placeFlags(findings: readonly Finding[], range: TimeRange, minShare: number): Flag[] {
  const flags: { share: number; places: number[] }[] = [];
  const visible = findings
    .map((finding, place) => ({ finding, place }))
    .filter(({ finding }) => finding.startMs <= range.toMs && (finding.endMs ?? Infinity) >= range.fromMs)
    .sort((a, b) => a.finding.startMs - b.finding.startMs);
  for (const { finding, place } of visible) {
    const share = Math.min(Math.max(shareAt(range, finding.startMs), 0), Math.max(1 - minShare, 0));
    const last = flags.at(-1);
    if (last && share - last.share < minShare) last.places.push(place);
    else flags.push({ share, places: [place] });
  }
  return flags.map(({ share, places }) => ({
    share,
    text: flagText(places.map((place) => place + 1)),
    findings: places.map((place) => findings[place]!)
  }));
}

function flagText(numbers: number[]): string {
  return numbers.length === 1 ? `${numbers[0]}` : `${Math.min(...numbers)}–${Math.max(...numbers)}`;
}
