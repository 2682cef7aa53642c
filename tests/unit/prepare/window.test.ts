import { describe, expect, it } from 'vitest';
import { ScoreStatus } from '$lib/domain/score';
import { createWindowTracker } from '$lib/prepare/window';

const { scored: S, warmingUp: W, gap: G, missingValue: M } = ScoreStatus;

/** One letter per row: `.` fine, `g` after a gap, `m` with a value missing, `x` both. */
function statusesOf(rows: string, steps: number, stride = 1): number[] {
  const flags = (letters: string) => Uint8Array.from(rows, (letter) => (letters.includes(letter) ? 1 : 0));
  return [...createWindowTracker({ steps, stride }).push(flags('gx'), flags('mx')).status];
}

describe('createWindowTracker', () => {
  it.each([
    ['warms up at the beginning', '.....', [W, W, S, S, S]],
    ['waits for a full window after a gap', '....g....', [W, W, S, S, G, G, S, S, S]],
    ['never has a missing value in a window', '...m....', [W, W, S, M, M, M, S, S]],
    ['names what broke the run last: gap', '...m.g...', [W, W, S, M, M, G, G, S, S]],
    ['names what broke the run last: missing', '...g.m...', [W, W, S, G, G, M, M, M, S]],
    ['names a break before the first window', '.g.m...', [W, G, G, M, M, M, S]],
    ['counts a missing row after a gap as missing', '...x...', [W, W, S, M, M, M, S]]
  ])('%s', (_, rows, expected) => {
    expect(statusesOf(rows, 3)).toEqual(expected);
  });

  it('scores every row with windows of one step', () => {
    expect(statusesOf('.g.m.', 1)).toEqual([S, S, S, M, S]);
  });

  it('reports only rows on the stride grid, which a gap does not move', () => {
    const none = new Uint8Array(10);
    const tracker = createWindowTracker({ steps: 3, stride: 4 });
    const first = tracker.push(none, none);
    expect([...first.rows]).toEqual([2, 6]);
    const second = tracker.push(
      Uint8Array.from(none, (_, i) => (i === 3 ? 1 : 0)),
      none
    );
    expect([...second.rows]).toEqual([0, 4, 8]);
    expect([...second.status]).toEqual([S, G, S]);
  });

  it('has grid rows before the first window where the stride is short', () => {
    expect(statusesOf('.........', 5, 2)).toEqual([W, W, S, S, S]);
  });
});
