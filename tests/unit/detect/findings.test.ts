import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '$lib/domain/finding';
import type { FindingRule } from '$lib/domain/recipe';
import { ScoreStatus } from '$lib/domain/score';
import { createFindingTracker } from '$lib/detect/findings';
import { scoresOf } from './scores';

const rule: FindingRule = { openK: 3, openN: 5, closeM: 3, closeRatio: 0.5 };
const channels = [
  { name: 'a', unit: 'bar' },
  { name: 'b', unit: 'A' }
];

function createTracker(changes: Partial<FindingRule> = {}) {
  const options = { assetId: 'pump', modelId: 'model', threshold: 1, channels };
  return createFindingTracker({ ...options, rule: { ...rule, ...changes } });
}

/** One character per row: `#` above the threshold of 1, `-` between it and the closing limit, `_` below that, `?` unknown. */
const levels: Record<string, number | null> = { '#': 2, '=': 1, '-': 0.75, '~': 0.5, _: 0.25, '?': null };
const read = (rows: string) => Array.from(rows, (level) => levels[level] ?? null);

function follow(rows: string, changes: Partial<FindingRule> = {}): { flags: string; findings: Finding[] } {
  const tracker = createTracker(changes);
  const { scores, seen } = scoresOf(read(rows));
  const { flags } = tracker.push(scores, seen);
  return { flags: flags.join(''), findings: tracker.all() };
}

describe('createFindingTracker', () => {
  it.each([
    ['opens at the third of three', '__###__', '0000111'],
    ['opens with three of the last five', '__#_#_#__', '000000111'],
    ['does not open with three of the last six', '__#_#__#____', '000000000000'],
    ['does not open exactly at the threshold', '__=====__', '000000000'],
    ['closes at the third below in a row', '###___', '001110'],
    ['needs them in a row', '###__-__-___', '001111111110'],
    ['does not close exactly at the closing limit', '###~~~~~~', '001111111'],
    ['stays open between the two limits', '###------', '001111111'],
    ['needs new evidence after it closed', '#####___##__', '001111100000'],
    ['opens again with new evidence', '###___###', '001110001'],
    ['loses its evidence in an unknown row', '##?#__', '000000'],
    ['opens after an unknown row on what follows it', '##?###', '000001'],
    ['stays open through unknown rows', '###??????', '001111111'],
    ['does not close across an unknown row', '###__?__?___', '001111111110'],
    ['opens nothing in unknown rows', '?????', '00000']
  ])('%s', (_, rows, flags) => {
    expect(follow(rows).flags).toBe(flags);
  });

  it('describes a finding that has ended', () => {
    const tracker = createTracker();
    const { scores, seen } = scoresOf([0.2, 1.5, 0.7, 2, 1.25, 0.75, 4, 0.25, 0.75, 0.2, 0.3, 0.1, 0.2]);
    const { changed } = tracker.push(scores, seen);
    expect(changed).toEqual([
      {
        id: 'pump:model:1000',
        assetId: 'pump',
        modelId: 'model',
        startMs: 1000,
        openedMs: 4000,
        endMs: 9000,
        peakMs: 6000,
        peakScore: 4,
        threshold: 1,
        windows: 8,
        windowsAbove: 4,
        severity: 'high',
        evidence: 'clear',
        contributions: [
          // Rows 1, 3, 4 and 6 are above: seen and expected are means over these.
          { channel: 'b', unit: 'A', share: 0.75, seen: 1.75, expected: 3.5 },
          { channel: 'a', unit: 'bar', share: 0.25, seen: 13.5, expected: 10 }
        ]
      }
    ]);
    expect(tracker.all()).toEqual(changed);
  });

  it('has an open finding without an end, the ended ones before it, and of equal peaks the first', () => {
    const { findings } = follow('###___###--_');
    expect(findings.map(({ startMs, peakMs, endMs, windows }) => ({ startMs, peakMs, endMs, windows }))).toEqual([
      { startMs: 0, peakMs: 0, endMs: 3000, windows: 3 },
      { startMs: 6000, peakMs: 6000, endMs: null, windows: 5 }
    ]);
  });

  it('reports a finding when it opens, grows and ends, and not while it stands', () => {
    const tracker = createTracker();
    let row = 0;
    const push = (rows: string) => {
      const { scores, seen } = scoresOf(read(rows), row);
      row += rows.length;
      return tracker.push(scores, seen).changed.map(({ windows, endMs }) => [windows, endMs]);
    };
    expect(push('##')).toEqual([]);
    expect(push('#')).toEqual([[3, null]]);
    expect(push('?')).toEqual([]);
    expect(push('_')).toEqual([]);
    expect(push('-')).toEqual([[5, null]]);
    expect(push('__')).toEqual([]);
    expect(push('_')).toEqual([[5, 6000]]);
    expect(push('______')).toEqual([]);
    expect(push('###___###')).toEqual([
      [3, 18_000],
      [3, null]
    ]);
  });

  it('takes a score that is not a number for unknown', () => {
    const { scores, seen } = scoresOf([2, 2, NaN, 2]);
    expect([...scores.status]).toEqual([0, 0, 0, 0]);
    expect([...createTracker().push(scores, seen).flags]).toEqual([0, 0, 0, 0]);
  });

  it('ignores the score of a row whose status is unknown', () => {
    const { scores, seen } = scoresOf([2, 2, 2, 2]);
    scores.status.fill(ScoreStatus.missingValue);
    expect([...createTracker().push(scores, seen).flags]).toEqual([0, 0, 0, 0]);
  });

  const anyScores = fc.array(fc.constantFrom(2, 3.5, 1, 0.75, 0.5, 0.25, 0.1, null), { maxLength: 80 });
  const anyRule = fc.record({
    openK: fc.integer({ min: 1, max: 3 }),
    openN: fc.integer({ min: 3, max: 6 }),
    closeM: fc.integer({ min: 1, max: 4 }),
    closeRatio: fc.constantFrom(0.3, 0.5, 1)
  });

  it('gives the same findings and flags in any grouping', () => {
    const cuts = fc.array(fc.nat(80), { maxLength: 20 });
    fc.assert(
      fc.property(anyScores, anyRule, cuts, (values, changes, at) => {
        const whole = createTracker(changes);
        const block = scoresOf(values);
        const flags = [...whole.push(block.scores, block.seen).flags];
        const tracker = createTracker(changes);
        const latest = new Map<string, Finding>();
        const edges = [0, ...at.filter((row) => row < values.length).sort((a, b) => a - b), values.length];
        const pieces = edges.slice(1).flatMap((edge, i) => {
          const { scores, seen } = scoresOf(values.slice(edges[i]!, edge), edges[i]!);
          const pushed = tracker.push(scores, seen);
          for (const finding of pushed.changed) latest.set(finding.id, finding);
          return [...pushed.flags];
        });
        expect(pieces).toEqual(flags);
        expect(tracker.all()).toEqual(whole.all());
        expect([...latest.values()]).toEqual(whole.all());
      })
    );
  });

  it('agrees with a slow reading of the rule', () => {
    fc.assert(
      fc.property(anyScores, anyRule, (values, changes) => {
        const tracker = createTracker(changes);
        const { scores, seen } = scoresOf(values);
        const flags = [...tracker.push(scores, seen).flags];
        const found = tracker.all().map(({ startMs, openedMs, endMs, windows, windowsAbove, contributions }) => {
          expect(contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
          return { start: startMs / 1000, opened: openedMs / 1000, end: endMs && endMs / 1000, windows, windowsAbove };
        });
        expect({ found, flags }).toEqual(readSlowly(values, changes));
      })
    );
  });
});

/** The rule by looking back from every row over the whole series, threshold 1. */
function readSlowly(values: (number | null)[], { openK, openN, closeM, closeRatio }: FindingRule) {
  const isAbove = (row: number) => (values[row] ?? 0) > 1;
  const rowsBetween = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const describeRows = (start: number, opened: number, end: number | null, last: number) => {
    const inside = rowsBetween(start, last).filter((row) => values[row] !== null);
    return { start, opened, end, windows: inside.length, windowsAbove: inside.filter(isAbove).length };
  };
  const trailing = (row: number, floor: number, holds: (row: number) => boolean) => {
    let from = row + 1;
    while (from > floor && holds(from - 1)) from -= 1;
    return from;
  };
  const isBelow = (row: number) => values[row] !== null && values[row]! < closeRatio;
  const found: ReturnType<typeof describeRows>[] = [];
  const flags: number[] = [];
  let floor = 0;
  let open: { start: number; opened: number } | null = null;
  values.forEach((_, row) => {
    if (open) {
      const from = trailing(row, open.opened + 1, isBelow);
      if (row + 1 - from === closeM) {
        found.push(describeRows(open.start, open.opened, from, from));
        open = null;
        floor = row + 1;
      }
    } else {
      const from = Math.max(
        row + 1 - openN,
        trailing(row, floor, (each) => values[each] !== null)
      );
      const above = rowsBetween(from, row + 1).filter(isAbove);
      if (above.length >= openK) open = { start: above[0]!, opened: row };
    }
    flags.push(open ? 1 : 0);
  });
  if (open) {
    const { start, opened } = open as { start: number; opened: number };
    found.push(describeRows(start, opened, null, trailing(values.length - 1, opened + 1, isBelow)));
  }
  return { found, flags };
}
