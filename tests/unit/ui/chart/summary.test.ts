import { describe, expect, it } from 'vitest';
import { toLineColumns } from '$lib/ui/chart/columns';
import { spreadRows } from '$lib/ui/chart/rows';
import { formatWhole, summarise } from '$lib/ui/chart/summary';

const fromMs = Date.UTC(2026, 2, 9, 10);
const range = { fromMs, toMs: fromMs + 4 * 3_600_000 + 250 };
const t = Float64Array.of(0, 1, 2, 3);

describe('the sentence for a chart', () => {
  it('says what, when, how far and how many gaps', () => {
    expect(
      summarise('Vibration', 'mm/s', formatWhole(range), toLineColumns(t, Float32Array.of(1.25, NaN, 4.75, 2)))
    ).toBe('Vibration, 9 Mar 2026, 10:00 – 14:00 UTC: lowest 1.25\u00a0mm/s, highest 4.75\u00a0mm/s, 1 gap.');
  });

  it('says that there is no value', () => {
    expect(summarise('Flow', '', formatWhole(range), toLineColumns(t, new Float32Array(4).fill(NaN)))).toBe(
      'Flow, 9 Mar 2026, 10:00 – 14:00 UTC: no value.'
    );
  });

  it('names seconds only in a short range', () => {
    expect(formatWhole({ fromMs: fromMs + 17_400, toMs: fromMs + 62_000 })).toBe('9 Mar 2026, 10:00:17 – 10:01:02 UTC');
  });
});

describe('rows of the table', () => {
  it('are spread evenly from the first to the last', () => {
    expect(spreadRows(101, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(spreadRows(3, 50)).toEqual([0, 1, 2]);
    expect(spreadRows(1, 50)).toEqual([0]);
    expect(spreadRows(0, 50)).toEqual([]);
  });
});
