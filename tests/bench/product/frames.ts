/** What frames tell of a page, by the distances between them in ms. */

const frameMs = 1000 / 60;

/** Frames that a display of 60 Hz would have shown between those there were. */
export function countDropped(gapsMs: number[]): number {
  return gapsMs.reduce((dropped, gapMs) => dropped + Math.max(0, Math.round(gapMs / frameMs) - 1), 0);
}

/** 0 where there were none. */
export function longestGap(gapsMs: number[]): number {
  return gapsMs.reduce((most, gapMs) => Math.max(most, gapMs), 0);
}
