import { describe, expect, it } from 'vitest';
import type { Finding } from '$lib/domain/finding';
import { placeFlags } from '$lib/ui/chart/flags';
import { findingAt, spansAbove, toBands } from '$lib/ui/chart/scene';

function finding(id: string, startMs: number, endMs: number | null): Finding {
  return {
    id,
    assetId: 'pump',
    modelId: 'model',
    startMs,
    openedMs: startMs,
    endMs,
    peakMs: startMs,
    peakScore: 2,
    threshold: 1,
    windows: 10,
    windowsAbove: 9,
    severity: 'high',
    evidence: 'clear',
    contributions: []
  };
}
const findings = [finding('a', 1000, 2000), finding('b', 1500, 1800), finding('c', 8000, null)];

describe('bands', () => {
  it('are numbered by their place, lie over the healthy range and reach on while open', () => {
    const bands = toBands(findings, { t0Ms: 0, t1Ms: 900 }, 'b');
    expect(bands.map(({ kind, text, to, isSelected }) => [kind, text, to, isSelected])).toEqual([
      ['healthy', '', 900, false],
      ['finding', '1', 2000, false],
      ['finding', '2', 1800, true],
      ['finding', '3', Infinity, false]
    ]);
  });

  it('are none without findings and healthy range', () => {
    expect(toBands([], null, null)).toEqual([]);
  });
});

describe('a tap', () => {
  it('meets the finding that began last, an open one for ever, and one close by', () => {
    expect(findingAt(findings, 1600, 0)?.id).toBe('b');
    expect(findingAt(findings, 1900, 0)?.id).toBe('a');
    expect(findingAt(findings, 1e12, 0)?.id).toBe('c');
    expect(findingAt(findings, 980, 30)?.id).toBe('a');
    expect(findingAt(findings, 5000, 30)).toBeUndefined();
  });
});

describe('stretches without a score', () => {
  it('reach to the known rows around them', () => {
    const t = Float64Array.of(0, 10, 500, 990, 1000, 1010);
    expect(spansAbove(t, Float32Array.of(0, 0, 1, 0, 0, 0), 0.5)).toEqual([{ from: 10, to: 990 }]);
  });

  it('join neighbours and touch both ends', () => {
    const t = Float64Array.of(0, 10, 20, 30, 40);
    expect(spansAbove(t, Float32Array.of(1, 1, 0.2, 0, 1), 0)).toEqual([
      { from: 0, to: 30 },
      { from: 30, to: 40 }
    ]);
    expect(spansAbove(t, Float32Array.of(1, 1, 0.2, 0, 1), 0.5)).toEqual([
      { from: 0, to: 20 },
      { from: 30, to: 40 }
    ]);
  });
});

describe('flags', () => {
  const range = { fromMs: 0, toMs: 10_000 };

  it('stand at the start of their finding', () => {
    expect(placeFlags(findings, range, 0.01).map(({ share, text }) => [share, text])).toEqual([
      [0.1, '1'],
      [0.15, '2'],
      [0.8, '3']
    ]);
  });

  it('become one where they would overlap', () => {
    const flags = placeFlags(findings, range, 0.1);
    expect(flags.map(({ text }) => text)).toEqual(['1–2', '3']);
    expect(flags[0]!.findings.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('stay inside the range, and are none for findings outside it', () => {
    const flags = placeFlags(findings, { fromMs: 1700, toMs: 2700 }, 0.2);
    expect(flags.map(({ share, text }) => [share, text])).toEqual([[0, '1–2']]);
    expect(placeFlags([finding('late', 9990, null)], range, 0.2)[0]!.share).toBe(0.8);
  });
});
