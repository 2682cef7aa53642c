import { describe, expect, it } from 'vitest';
import type { AlarmCondition, VibrationClass } from '$lib/domain/alarm';
import { Quality } from '$lib/domain/reading-block';
import { findAlarmSetting, findZone } from '$lib/alarms/vibration-zones';
import { follow, limit10, minute, ruleOf, scoresOf, tell, watchOf, blockOf, pushRows, type Row } from './watch-cases';

const machine: VibrationClass = { category: 'I', powerKw: 15 };

/** Values one second apart; null is missing. */
function rowsOf(values: readonly (number | null)[], everyS = 1): Row[] {
  return values.map((value, i) => [i * everyS, value]);
}

function events(condition: AlarmCondition, values: readonly (number | null)[], everyS = 1): string[] {
  return follow(ruleOf(condition), rowsOf(values, everyS));
}

describe('a limit', () => {
  it('is set by 11 and not by 10.5, with a deadband of one or of ten percent', () => {
    expect(events(limit10, [10.5, 10.5, 11])).toEqual(['raise@2']);
    const percent = { ...limit10, setBand: { value: 10, of: 'percent' } } as const;
    expect(events(percent, [10.5, 10.99, 11])).toEqual(['raise@2']);
  });

  it('takes percent of the range where one is known', () => {
    const condition = { ...limit10, range: 50, setBand: { value: 10, of: 'percent' } } as const;
    expect(events(condition, [14.9, 15])).toEqual(['raise@1']);
  });

  it('is cleared by a deadband of its own', () => {
    const condition = { ...limit10, clearBand: { value: 3, of: 'unit' } } as const;
    expect(events(condition, [11, 10, 8, 7.1, 7, 8])).toEqual(['raise@0', 'return@4']);
  });

  it('without deadbands is set above the limit, and cleared at it', () => {
    const zero = { value: 0, of: 'unit' } as const;
    const condition = { ...limit10, limit: 4.2, setBand: zero, clearBand: zero };
    expect(events(condition, [4.2, 4.21, 4.2])).toEqual(['raise@1', 'return@2']);
  });

  it.each([
    ['L', [-0.5, -1, 0.5, 1.1]],
    ['LL', [-0.5, -1, 0.5, 1.1]]
  ] as const)('of level %s looks downwards', (level, values) => {
    expect(events({ ...limit10, level, limit: 0 }, values)).toEqual(['raise@1', 'return@3']);
  });

  it('tells value and limit, and no value where it returns by one', () => {
    const [raise] = pushRows(watchOf([ruleOf(limit10)]), rowsOf([12]));
    expect(raise?.event).toMatchObject({ value: 12, limit: 10, name: 'V high', assetName: 'Pump 7' });
  });

  it('does not know a channel that the rows lack', () => {
    expect(events({ ...limit10, channel: 'other' }, [100, 100])).toEqual([]);
  });
});

describe('unknown', () => {
  it('neither raises nor clears', () => {
    expect(events(limit10, [null, 12, null, null, 12, 5])).toEqual(['raise@1', 'return@5']);
    const bad: Row[] = [
      [0, 12, Quality.outOfRange],
      [1, 12, Quality.contradicts],
      [2, 5, Quality.stale]
    ];
    expect(follow(ruleOf(limit10), bad)).toEqual(['raise@1']);
  });
});

describe('a slope', () => {
  const rate: AlarmCondition = {
    kind: 'rate',
    channel: 'v',
    perMinute: 3,
    direction: 'rising',
    overMs: 2 * minute,
    clearShare: 0.5
  };
  const ramp = (perMinute: number, seconds: number, from = 20) =>
    Array.from({ length: seconds }, (_, s) => from + (perMinute * s) / 60);

  it('is told once three quarters of its span are known', () => {
    const [told] = events(rate, ramp(4, 200));
    expect(Number(told?.split('@')[1])).toBeGreaterThanOrEqual(90);
    expect(Number(told?.split('@')[1])).toBeLessThanOrEqual(105);
  });

  it('is not told where it is less steep, or falls', () => {
    expect(events(rate, ramp(2.9, 400))).toEqual([]);
    expect(events(rate, ramp(-9, 400))).toEqual([]);
    expect(events({ ...rate, direction: 'falling' }, ramp(-9, 400))).toHaveLength(1);
    expect(events({ ...rate, direction: 'either' }, ramp(-9, 400))).toHaveLength(1);
  });

  it('returns below half of it', () => {
    const values = [...ramp(6, 200), ...ramp(2, 150, 40), ...ramp(1, 200, 45)];
    const told = events(rate, values);
    expect(told.map((each) => each.split('@')[0])).toEqual(['raise', 'return']);
    expect(Number(told[1]?.split('@')[1])).toBeGreaterThan(350);
  });

  it('says the same at one reading a second and at one in ten', () => {
    const slow = ramp(4, 300).filter((_, s) => s % 10 === 0);
    expect(events(rate, slow, 10)).toHaveLength(1);
  });

  it('is unknown after a hole in its span', () => {
    const rows: Row[] = [
      ...ramp(0, 130).map((value, s): Row => [s, value]),
      ...ramp(0, 60, 90).map((value, s): Row => [400 + s, value])
    ];
    expect(follow(ruleOf(rate), rows)).toEqual([]);
  });
});

describe('what a quality code says', () => {
  it('standing still is known only from good values and that code', () => {
    const rows: Row[] = [
      [0, 5, Quality.stuck],
      [1, 5, Quality.outOfRange],
      [2, null],
      [3, 5]
    ];
    expect(follow(ruleOf({ kind: 'stuck', channel: 'v' }), rows)).toEqual(['raise@0', 'return@3']);
  });

  it.each([Quality.unreadable, Quality.sourceBad, Quality.outOfRange, Quality.tooFast, Quality.stale])(
    'code %i is bad, also without a value',
    (quality) => {
      expect(follow(ruleOf({ kind: 'bad-value', channel: 'v' }), [[0, null, quality]])).toEqual(['raise@0']);
    }
  );

  it('missing and standing still are not called bad, and do not clear it', () => {
    const rows: Row[] = [
      [0, null],
      [1, 5, Quality.stuck],
      [2, 5, Quality.sourceBad],
      [3, null],
      [4, 5, Quality.stuck],
      [5, 5, Quality.arrivalTime]
    ];
    expect(follow(ruleOf({ kind: 'bad-value', channel: 'v' }), rows)).toEqual(['raise@2', 'return@5']);
  });
});

describe('silence', () => {
  const silent = ruleOf({ kind: 'no-data', forMs: minute });

  it('is told when it has lasted, and ends with the next row', () => {
    const watch = watchOf([silent]);
    pushRows(watch, [[0, 1]]);
    expect(tell(watch.tick(59_999))).toEqual([]);
    expect(tell(watch.tick(60_000))).toEqual(['raise@60']);
    expect(tell(watch.tick(70_000))).toEqual([]);
    // The tick was ahead of the row's own time: the return is not before the raise.
    expect(tell(pushRows(watch, [[58, 1]]))).toEqual(['return@60']);
  });

  it('is told where no row ever came', () => {
    const watch = watchOf([silent]);
    expect(tell(watch.tick(1_000_000))).toEqual([]);
    expect(tell(watch.tick(1_060_000))).toEqual(['raise@1060']);
  });
});

describe('a score', () => {
  const score = ruleOf({ kind: 'score', enter: 1, leave: 0.8, windows: 3 });
  const tellScores = (scores: (number | null)[], threshold = 2) => {
    const windows = scores.map((each, s): [number, number | null] => [s, each]);
    return tell(watchOf([score]).push(blockOf([]), scoresOf(windows), threshold, 'running'));
  };

  it('is set by three windows in a row above, and cleared by three below', () => {
    expect(tellScores([3, 3, 1, 3, 3, 3, 1.7, 1.5, 1.5, 1.7, 1.5, 1.5, 1.5])).toEqual(['raise@5', 'return@12']);
  });

  it('is not counted across a window without one', () => {
    expect(tellScores([3, 3, null, 3, 3, null, 3, 3, 3, 1, 1, null, 1, 1])).toEqual(['raise@8']);
  });

  it('is unknown without a threshold', () => {
    expect(tellScores([3, 3, 3, 3], NaN)).toEqual([]);
  });
});

describe('vibration', () => {
  const zone: AlarmCondition = {
    kind: 'zone',
    channel: 'v',
    machine,
    zone: 'C',
    clearBand: { value: 10, of: 'percent' }
  };

  it.each([
    ['I', 200, [2.5, 4, 6.5]],
    ['I', 201, [3.5, 5, 7.5]],
    ['II', 15, [3.2, 5.1, 8.5]],
    ['II', 500, [4.2, 6.1, 9.5]]
  ] as const)('of category %s at %i kW has its zones', (category, powerKw, limits) => {
    const zones = limits.flatMap((limit) => [limit, limit + 0.01]).map((v) => findZone({ category, powerKw }, v));
    expect(zones).toEqual(['A', 'B', 'B', 'C', 'C', 'D']);
    expect(findZone({ category, powerKw }, NaN)).toBeNull();
  });

  it('has its ALARM a quarter of B/C above the baseline, and at most where the standard allows', () => {
    expect(findAlarmSetting(machine, 2)).toBe(3);
    expect(findAlarmSetting(machine, 4.5)).toBe(5);
  });

  it('is told from the zone on, and ten percent below it is over', () => {
    expect(events(zone, [4, 4.1, 7, 3.7, 3.6])).toEqual(['raise@1', 'return@4']);
    expect(events({ ...zone, zone: 'D' }, [4.1, 6.5, 6.6, 6, 5.8])).toEqual(['raise@2', 'return@4']);
  });

  it('that changes by a quarter of B/C is told inside zone B, up or down', () => {
    const change: AlarmCondition = { kind: 'change', channel: 'v', machine, baseline: 2.5, share: 0.25 };
    expect(events(change, [3.5, 3.6, 3.45, 3.3, 1.4])).toEqual(['raise@1', 'return@3', 'raise@4']);
    expect(events({ ...change, baseline: null }, [9, 0])).toEqual([]);
  });
});

describe('joined conditions', () => {
  const above: AlarmCondition = { ...limit10, setBand: { value: 0, of: 'unit' }, clearBand: { value: 0, of: 'unit' } };
  const far: AlarmCondition = { ...above, limit: 20 };
  const absent: AlarmCondition = { ...above, channel: 'absent' };

  it.each([
    ['all', [above, far], [15, 25, 15], ['raise@1', 'return@2']],
    ['any', [above, far], [5, 15, 25, 5], ['raise@1', 'return@3']],
    // Unknown decides nothing: one that is false makes all false, one that is true makes any true.
    ['all', [above, absent], [25, 5], []],
    ['any', [above, absent], [25, 5], ['raise@0']],
    ['all', [], [25], []],
    ['any', [], [25], []]
  ] as const)('%s of them', (kind, of, values, expected) => {
    expect(events({ kind, of: [...of] }, values)).toEqual(expected);
  });
});
