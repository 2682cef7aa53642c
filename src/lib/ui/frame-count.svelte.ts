/**
 * Counts frames, so that a long list is drawn one part in each: drawn at once, it would take the frames beside it. To be called while
 * a component is made.
 */

/** A count that rises by one with each frame up to `limit`, also where that is raised later. */
export function countFrames(limit: () => number): { readonly count: number } {
  let count = $state(0);
  $effect(() => {
    if (count >= limit()) return;
    const handle = requestAnimationFrame(() => (count += 1));
    return () => cancelAnimationFrame(handle);
  });
  return {
    get count() {
      return count;
    }
  };
}
