import { describe, expect, it } from 'vitest';
import {
  countEvents,
  falseEpisodesPerHour,
  farAfterEndPct,
  farBeforeOnsetPct,
  medianDelayS,
  poolEvents
} from '$lib/evaluate/events';
import { Flag } from '$lib/evaluate/method-score';

const timing = { stepMs: 1000, lookaheadRows: 0 };

/** Codes from runs `[first, last]` of ones. */
function runs(length: number, ...ones: [number, number][]): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number(ones.some(([first, last]) => i >= first && i <= last)));
}

/** Stamps of one second each, with a gap of `gapS` more before `row`. */
function stamps(length: number, row = length, gapS = 0): Float64Array {
  return Float64Array.from({ length }, (_, i) => (i + (i >= row ? gapS : 0)) * 1000);
}

describe('events', () => {
  const truth = runs(600, [200, 299], [400, 449]);
  const t = stamps(600);

  it('measures recall and delay per event, in seconds of the stamps', () => {
    const counts = countEvents(truth, runs(600, [210, 215], [250, 260]), stamps(600, 205, 54), timing);
    expect(counts).toMatchObject({ events: 2, detected: 1, delaysS: [10 + 54] });
    expect(medianDelayS(counts)).toBe(64);
  });

  it('adds look-ahead to the moment an alarm is known', () => {
    const flags = runs(600, [195, 215], [448, 460]);
    expect(countEvents(truth, flags, t, timing).delaysS).toEqual([0, 48]);
    expect(countEvents(truth, flags, t, { ...timing, lookaheadRows: 8 }).delaysS).toEqual([3, 56]);
    expect(countEvents(truth, flags, t, { ...timing, lookaheadRows: 500 }).delaysS).toEqual([399, 199]);
  });

  it('parts false alarms into before, after and episodes', () => {
    const counts = countEvents(truth, runs(600, [10, 19], [70, 79], [300, 309], [440, 459], [520, 539]), t, timing);
    expect(farBeforeOnsetPct(counts)).toBeCloseTo((100 * 20) / 200, 12);
    expect(farAfterEndPct(counts)).toBeCloseTo((100 * 30) / 150, 12);
    expect(counts).toMatchObject({ earlyFiles: 1, falseEpisodes: 4, mergedFalseEpisodes: 3, normalHours: 450 / 3600 });
    expect(falseEpisodesPerHour(counts)).toEqual({ raw: 32, merged: 24 });
  });

  it('does not join runs a minute apart, and joins by time rather than by row', () => {
    const flags = runs(600, [10, 10], [69, 69]);
    expect(countEvents(truth, flags, t, timing).mergedFalseEpisodes).toBe(1);
    expect(countEvents(truth, flags, stamps(600, 40, 1), timing).mergedFalseEpisodes).toBe(2);
  });

  it('counts a merged run that reaches an event as no false episode', () => {
    const counts = countEvents(truth, runs(600, [180, 189], [205, 206]), t, timing);
    expect(counts).toMatchObject({ falseEpisodes: 1, mergedFalseEpisodes: 0 });
  });

  it('leaves unknown rows out of every figure', () => {
    const flags = runs(600, [10, 19]).fill(Flag.unknown, 100, 200).fill(Flag.unknown, 200, 300);
    const counts = countEvents(truth, flags, t, timing);
    expect(counts).toMatchObject({ rowsBefore: 100, alarmsBefore: 10, detected: 0, normalHours: 350 / 3600 });
  });

  it('has no before, after or delay without an event, and says null', () => {
    const counts = countEvents(new Uint8Array(600), runs(600, [10, 19]), t, timing);
    expect(counts).toMatchObject({ events: 0, rowsBefore: 0, rowsAfter: 0, falseEpisodes: 1, earlyFiles: 0 });
    expect([farBeforeOnsetPct(counts), farAfterEndPct(counts), medianDelayS(counts)]).toEqual([null, null, null]);
    const empty = countEvents(new Uint8Array(), new Uint8Array(), new Float64Array(), timing);
    expect(falseEpisodesPerHour(empty)).toEqual({ raw: null, merged: null });
  });

  it('pools counts and takes the median over all events', () => {
    const late = countEvents(truth, runs(600, [220, 230], [430, 440]), t, timing);
    const early = countEvents(truth, runs(600, [190, 230]), t, timing);
    const pooled = poolEvents([late, early]);
    expect(pooled).toMatchObject({ events: 4, detected: 3, earlyFiles: 1, rowsBefore: 400 });
    expect(medianDelayS(pooled)).toBe(20);
    expect(medianDelayS(late)).toBe(25);
  });

  it('refuses columns of different lengths', () => {
    expect(() => countEvents(truth, new Uint8Array(599), t, timing)).toThrow('600 rows of truth, 599 flags');
  });
});
