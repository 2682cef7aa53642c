import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import type { Reading } from '$lib/domain/reading';
import { Quality } from '$lib/domain/reading-block';
import type { SourceLoss, SourceState, TwinSetup } from '$lib/domain/source';
import type { TwinFault } from '$lib/simulate/fault';
import { sensorLayout } from '$lib/simulate/sensors';
import { createTwinSource } from '$lib/simulate/source';

/** A clock that a test moves. */
function handClock(startMs = 1_700_000_000_000) {
  let waiting: { atMs: number; act: () => void }[] = [];
  let nowMs = startMs;
  const clock: Clock = {
    now: () => nowMs,
    after(milliseconds, act) {
      const one = { atMs: nowMs + milliseconds, act };
      waiting.push(one);
      return () => (waiting = waiting.filter((other) => other !== one));
    }
  };
  function move(milliseconds: number): void {
    const untilMs = nowMs + milliseconds;
    for (;;) {
      const next = waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      waiting = waiting.filter((one) => one !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.act();
    }
    nowMs = untilMs;
  }
  return {
    clock,
    move,
    /** Everything waits for as long as before, on a clock that jumped. */
    jump(milliseconds: number): void {
      nowMs += milliseconds;
      for (const one of waiting) one.atMs += milliseconds;
    },
    sleep(milliseconds: number): void {
      nowMs += milliseconds;
    },
    pending: () => waiting.length
  };
}

const startMs = 1_700_000_000_000;
const oneHz: TwinSetup = {
  kind: 'twin',
  id: 't',
  name: 'Twin',
  asset: 'P-101',
  pumps: 1,
  rateHz: 1,
  seed: 3,
  speed: 1
};
const strainer: TwinFault = {
  kind: 'strainer',
  severity: 1,
  startS: 0,
  course: 'step',
  durationS: 3600,
  untilS: null,
  channel: null
};

let hand = handClock();
beforeEach(() => (hand = handClock()));

function start(change: Partial<TwinSetup> = {}) {
  const readings: Reading[] = [];
  const batches: number[] = [];
  const states: SourceState[] = [];
  const losses: SourceLoss[] = [];
  const source = createTwinSource(
    { ...oneHz, ...change },
    {
      readings: (some) => {
        readings.push(...some);
        batches.push(some.length);
      },
      state: (state) => states.push(state),
      loss: (loss) => losses.push(loss),
      stale: () => {}
    },
    hand.clock
  );
  source.open();
  return { source, readings, batches, states, losses };
}

describe('twin source', () => {
  it('tells nothing from inside open, then that it is open, then a reading each interval', () => {
    const { readings, states } = start();
    expect(states).toEqual([]);
    hand.move(10_000);
    expect(states.map(({ phase }) => phase)).toEqual(['connecting', 'open']);
    expect(readings.map(({ tMs }) => tMs - startMs)).toEqual([
      0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000
    ]);
    for (const { asset, layout, values, quality, isHistorical } of readings) {
      expect([asset, quality, isHistorical]).toEqual(['P-101', null, false]);
      expect(layout).toBe(sensorLayout);
      expect(values).toHaveLength(10);
      expect(values[4]).toBeGreaterThan(600);
    }
  });

  it('spreads a fleet over the interval, each pump at its own rate and place in the cycle', () => {
    const { readings, batches, source } = start({ pumps: 1000, rateHz: 0.2 });
    hand.move(14_999);
    expect(source.assets.slice(0, 2)).toEqual(['P-101-0001', 'P-101-0002']);
    // All that was due at the latest tick.
    expect(readings.length).toBeGreaterThan(2990);
    expect(readings.length).toBeLessThanOrEqual(3000);
    expect(Math.max(...batches)).toBeLessThan(20);
    const times = readings.filter(({ asset }) => asset === 'P-101-0500').map(({ tMs }) => tMs - startMs);
    expect(times).toEqual([2495, 7495, 12_495]);
    expect(new Set(readings.slice(0, 1000).map(({ values }) => values[4])).size).toBeGreaterThan(100);
  });

  it('runs faster than the clock', () => {
    const { readings } = start({ speed: 60 });
    hand.move(10_000);
    expect(readings.at(-1)!.tMs - startMs).toBe(600_000);
    expect(readings).toHaveLength(601);
  });

  it('is the same for a seed, however its ticks fall', () => {
    const smooth = start({ rateHz: 10 });
    hand.move(5000);
    hand = handClock();
    const rough = start({ rateHz: 10 });
    hand.move(1);
    for (const sleep of [1300, 20, 700, 2979]) {
      hand.sleep(sleep);
      hand.move(0);
    }
    const valuesOf = (readings: Reading[]) => readings.map(({ tMs, values }) => [tMs, ...values]);
    expect(valuesOf(rough.readings)).toEqual(valuesOf(smooth.readings).slice(0, rough.readings.length));
    expect(rough.readings.length).toBeGreaterThan(40);
  });

  it('injects faults from now on, tells them, and clears them', () => {
    const { source, readings } = start();
    hand.move(60_000);
    expect(source.inject('P-102', strainer)).toMatchObject({ ok: false, fault: { code: 'not-found', found: 'P-102' } });
    expect(source.inject('P-101', { ...strainer, startS: 10, untilS: 100 })).toMatchObject({ ok: true });
    expect(source.faults('P-101')).toEqual([{ ...strainer, startS: 70, untilS: 160 }]);
    hand.move(60_000);
    const suction = readings.map(({ values }) => values[5]!);
    expect(suction[65]).toBeGreaterThan(0.5);
    expect(suction[100]).toBeLessThan(0);
    expect(source.clear('P-101')).toMatchObject({ ok: true });
    expect(source.faults('P-101')).toEqual([]);
    hand.move(60_000);
    expect(readings.at(-1)!.values[5]).toBeGreaterThan(0.5);
  });

  it('bounds the faults of a pump', () => {
    const { source } = start();
    hand.move(0);
    const results = Array.from({ length: 40 }, () => source.inject('P-101', strainer).ok);
    expect(results.filter(Boolean)).toHaveLength(32);
  });

  it('says which values are missing, and sends late packets late, with their own time', () => {
    const { source, readings } = start();
    hand.move(0);
    source.inject('P-101', { ...strainer, kind: 'sensor-dropout' });
    source.inject('P-101', { ...strainer, kind: 'late-packets' });
    hand.move(600_000);
    const incomplete = readings.filter(({ quality }) => quality !== null);
    expect(incomplete.length).toBeGreaterThan(100);
    for (const { values, quality } of incomplete)
      values.forEach((value, c) => expect(quality![c]).toBe(Number.isNaN(value) ? Quality.missing : Quality.good));
    const overtaken = readings.filter(({ tMs }, i) => i > 0 && tMs < readings[i - 1]!.tMs);
    expect(overtaken.length).toBeGreaterThan(20);
    hand.move(60_000);
    const times = new Set(readings.map(({ tMs }) => (tMs - startMs) / 1000));
    for (let s = 0; s <= 600; s++) expect(times.has(s)).toBe(true);
  });

  it('leaves out what a long sleep owes, and says how much', () => {
    const { readings, losses } = start({ rateHz: 10 });
    hand.move(1000);
    hand.sleep(3_600_000);
    hand.move(100);
    expect(losses).toHaveLength(1);
    expect(losses[0]).toMatchObject({ kind: 'dropped' });
    // All of the hour, the second before and what followed is either told or counted.
    expect(readings.length + losses[0]!.count).toBeGreaterThanOrEqual(36_010);
    expect(readings.length).toBeLessThan(20_100);
    expect(readings.at(-1)!.tMs - startMs).toBeGreaterThanOrEqual(3_601_000);
  });

  it('goes on when the clock is set back', () => {
    const { readings } = start();
    hand.move(10_000);
    hand.jump(-3_600_000);
    hand.move(10_000);
    expect(readings.at(-1)!.tMs - startMs).toBeGreaterThan(18_000);
    readings.forEach(({ tMs }, i) => expect(tMs - startMs).toBe(1000 * i));
  });

  it('is silent once closed', async () => {
    const { source, readings, states } = start();
    hand.move(2000);
    await source.close();
    expect(hand.pending()).toBe(0);
    await source.close();
    source.open();
    source.retryNow();
    hand.move(10_000);
    expect(readings).toHaveLength(3);
    expect(states.map(({ phase }) => phase)).toEqual(['connecting', 'open', 'closed']);
    expect(source.inject('P-101', strainer)).toMatchObject({ ok: false, fault: { code: 'not-found' } });
  });

  it.each([
    { pumps: 0 },
    { pumps: 1.5 },
    { pumps: 10_001 },
    { rateHz: 0 },
    { rateHz: NaN },
    { speed: -1 },
    { seed: -1 },
    { pumps: 10_000, rateHz: 100 }
  ])('refuses what cannot be: %j', (change) => {
    const { states, readings } = start(change);
    hand.move(10_000);
    expect(states).toMatchObject([
      { phase: 'connecting' },
      { phase: 'refused', fault: { where: expect.stringMatching(/^twin, /) } }
    ]);
    expect(readings).toEqual([]);
    expect(hand.pending()).toBe(0);
  });
});
