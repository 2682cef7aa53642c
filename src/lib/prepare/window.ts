/**
 * Which rows end a full window, and why the others do not. A window never spans a gap or a row with a missing value. Looks at two
 * flags per row and no value.
 */
import type { WindowRule } from '../domain/recipe';
import { ScoreStatus } from '../domain/score';

/** The rows on the stride grid, as indices into the rows pushed, and the `ScoreStatus` of each: `scored` where a full window ends. */
export interface GridRows {
  rows: Int32Array;
  status: Uint8Array;
}

/** Follows successive rows; any grouping of the same rows gives the same windows. */
export interface WindowTracker {
  /** `gap[i]` is 1 where the step that leads to row i is a gap, `missing[i]` where row i lacks a value. */
  push(gap: Uint8Array, missing: Uint8Array): GridRows;
}

/**
 * Creates the tracker. Row n of all rows ever pushed is on the grid where n − (steps − 1) is a multiple of `stride`; rows off the
 * grid are not reported. A grid row without a full window has the status of what last broke the run of rows: the beginning of the
 * data (`warmingUp`), a gap, or a missing value.
 */
export function createWindowTracker({ steps, stride }: WindowRule): WindowTracker {
  let run = 0;
  let reason: number = ScoreStatus.warmingUp;
  let rowsToGrid = (steps - 1) % stride;

  function follow(isGap: boolean, isMissing: boolean): number {
    if (isGap) {
      run = 0;
      reason = ScoreStatus.gap;
    }
    run += 1;
    if (isMissing) {
      run = 0;
      reason = ScoreStatus.missingValue;
    }
    return run >= steps ? ScoreStatus.scored : reason;
  }

  function push(gap: Uint8Array, missing: Uint8Array): GridRows {
    const rows: number[] = [];
    const status: number[] = [];
    for (let row = 0; row < gap.length; row++) {
      const rowStatus = follow(gap[row] === 1, missing[row] === 1);
      if (rowsToGrid === 0) {
        rows.push(row);
        status.push(rowStatus);
        rowsToGrid = stride;
      }
      rowsToGrid -= 1;
    }
    return { rows: Int32Array.from(rows), status: Uint8Array.from(status) };
  }

  return { push };
}
