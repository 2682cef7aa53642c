import { describe, expect, it } from 'vitest';
import type { MethodScore } from '$lib/evaluate/method-score';
import { formatMarkdown, tabulate, type EvaluatedFile } from '$lib/evaluate/report';

/** 100 rows of a minute each; the anomaly on rows 40 … 59; a ramp as score, an alarm on the rows given. */
function file(name: string, alarms: [number, number], hasEvent = true): EvaluatedFile {
  const rows = Array.from({ length: 100 }, (_, i) => i);
  const ramp: MethodScore = {
    name: 'ramp',
    rule: 'by hand',
    lookaheadRows: 2,
    score: Float64Array.from(rows),
    flags: Uint8Array.from(rows, (i) => (i === 0 ? 2 : Number(i >= alarms[0] && i <= alarms[1])))
  };
  return {
    name,
    t: Float64Array.from(rows, (i) => i * 60_000),
    truth: Uint8Array.from(rows, (i) => Number(hasEvent && i >= 40 && i < 60)),
    stepMs: 60_000,
    methods: [ramp]
  };
}

describe('report', () => {
  it('pools rows and events, and averages ranks over the files that have any', () => {
    const [row] = tabulate([file('a', [45, 64]), file('b', [50, 59]), file('healthy', [10, 14], false)]);
    expect(row!.confusion).toEqual({ tp: 25, tn: 247, fp: 10, fn: 15, unknown: 3 });
    expect(row).toMatchObject({ method: 'ramp', files: 3, rocAuc: 0.5, oneClassFiles: 1, medianDelayS: (7 + 12) * 30 });
    expect(row!.events).toMatchObject({ events: 2, detected: 2, falseEpisodes: 1 });
    expect(row!.falseEpisodesPerHour).toBeCloseTo(60 / 257, 12);
    expect(row!.farAfterEndPct).toBeCloseTo((100 * 5) / 80, 12);
  });

  it('keeps a method that only some recordings have', () => {
    const other = { ...file('b', [40, 59]).methods[0]!, name: 'other' };
    const table = tabulate([file('a', [45, 64]), { ...file('b', [50, 59]), methods: [other] }]);
    expect(table.map(({ method, files }) => [method, files])).toEqual([
      ['ramp', 1],
      ['other', 1]
    ]);
  });

  it('prints null for what is undefined, with the count of files left out', () => {
    const markdown = formatMarkdown(tabulate([file('healthy', [200, 200], false)]));
    expect(markdown.split('\n')).toHaveLength(3);
    expect(markdown.split('\n')[2]).toBe(
      '| ramp | by hand | 2 | 1 | null | 0.0 | null | null (1 null) | null (1 null) | 0/0 | null | null | null | 0 | 0.0 | 0.0 | 1 |'
    );
  });

  it('is empty for no recording', () => {
    expect(tabulate([])).toEqual([]);
  });
});
