import { describe, expect, test } from 'vitest';
import type { ChannelLayout, Reading } from '$lib/domain/reading';
import { Quality } from '$lib/domain/reading-block';
import { countAll, createIntake } from '$lib/monitor/intake';

const nowMs = 1.8e12;
const layout: ChannelLayout = { names: ['flow', 'current'], units: ['L/min', 'A'] };
const other: ChannelLayout = { names: ['current', 'level'], units: ['A', 'm'] };

function reading(t: number, values: number[], change: Partial<Reading> = {}): Reading {
  return {
    asset: 'P-1',
    tMs: nowMs + t,
    layout,
    values: Float32Array.from(values),
    quality: null,
    isHistorical: false,
    ...change
  };
}

const idOf = (asset: string) => (asset === 'unknown' ? undefined : `id of ${asset}`);

describe('intake', () => {
  test('one reading is a block of one row, a missing value marked as such', () => {
    const intake = createIntake(false);
    intake.take(reading(0, [3, NaN], { quality: Uint8Array.of(Quality.arrivalTime, Quality.good) }), nowMs);
    expect(intake.drain(idOf)).toEqual({
      live: [
        {
          assetId: 'id of P-1',
          channels: ['flow', 'current'],
          t: Float64Array.of(nowMs),
          columns: [Float32Array.of(3), Float32Array.of(NaN)],
          quality: [Uint8Array.of(Quality.arrivalTime), Uint8Array.of(Quality.missing)]
        }
      ],
      behind: []
    });
    expect(intake.drain(idOf)).toEqual({ live: [], behind: [] });
  });

  test('several readings of an asset are one block in time order; late ones and repeats lie apart, the last of two at one time counts', () => {
    const intake = createIntake(false);
    for (const [t, value] of [
      [0, 1],
      [2000, 2],
      [1000, 3],
      [3000, 4],
      [1000, 5]
    ] as const) {
      intake.take(reading(t, [value, 0]), nowMs + 3000);
    }
    const { live, behind } = intake.drain(idOf);
    expect(live.map(({ t, columns }) => [Array.from(t, (tMs) => tMs - nowMs), Array.from(columns[0]!)])).toEqual([
      [
        [0, 2000, 3000],
        [1, 2, 4]
      ]
    ]);
    expect(behind.map(({ t, columns }) => [Array.from(t, (tMs) => tMs - nowMs), Array.from(columns[0]!)])).toEqual([
      [[1000], [5]]
    ]);
    expect(intake.counts()).toMatchObject({ live: 3, late: 1, duplicate: 1 });
    expect(countAll(intake.counts())).toBe(5);
  });

  test('readings laid out differently share a block; what one lacks is missing in it', () => {
    const intake = createIntake(false);
    intake.take(reading(0, [1, 2]), nowMs);
    intake.take(reading(1000, [3, 4], { layout: other }), nowMs + 1000);
    const [block] = intake.drain(idOf).live;
    expect(block!.channels).toEqual(['flow', 'current', 'level']);
    expect(block!.columns.map((column) => Array.from(column))).toEqual([
      [1, NaN],
      [2, 3],
      [NaN, 4]
    ]);
    expect(block!.quality.map((codes) => Array.from(codes))).toEqual([
      [Quality.good, Quality.missing],
      [Quality.good, Quality.good],
      [Quality.missing, Quality.good]
    ]);
  });

  test('assets stay apart, and one without an id is left out', () => {
    const intake = createIntake(false);
    for (const asset of ['P-1', 'P-2', 'unknown']) intake.take(reading(0, [1, 2], { asset }), nowMs);
    expect(intake.drain(idOf).live.map(({ assetId }) => assetId)).toEqual(['id of P-1', 'id of P-2']);
  });

  test('the clock of a source is watched by its own times alone', () => {
    const [ahead, stamped] = [createIntake(false), createIntake(false)];
    for (let s = 0; s < 40; s++) {
      const arrivedMs = nowMs + s * 1000;
      ahead.take(reading(s * 1000 - 7_200_000, [1, 2]), arrivedMs);
      const quality = Uint8Array.of(Quality.arrivalTime, Quality.arrivalTime);
      stamped.take(reading(s * 1000 - 7_200_000, [1, 2], { quality }), arrivedMs);
    }
    expect(ahead.clock()).toMatchObject({ kind: 'off', byMs: -7_200_000, isWholeHours: true });
    expect(stamped.clock()).toBeNull();
  });
});
