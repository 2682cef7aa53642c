import { expect, test } from 'vitest';
import type { ScoreBlock } from '$lib/domain/score';
import { describePumpState } from '$lib/detect/state';
import { createLiveBoard } from '$lib/worker/live/board';

const block = (tMs: number) => ({ assetId: 'a', channels: ['x'], t: Float64Array.of(tMs), columns: [], quality: [] });
const scores = (...values: number[]): ScoreBlock => ({
  assetId: 'a',
  modelId: 'm',
  channels: [],
  t: Float64Array.from(values),
  score: Float32Array.from(values),
  status: new Uint8Array(values.length),
  channelError: [],
  expected: []
});

test('the score stays where a reading completed no row of the model, and goes where the model cannot say', () => {
  const board = createLiveBoard();
  const state = describePumpState(true, null, []);
  const shownAfter = (tMs: number, found: ScoreBlock | null) => {
    board.show('s', { assetId: 'a', readings: block(tMs), scores: found, state, health: [] }, 2);
    return board.take()!.assets[0]!.score;
  };
  expect(shownAfter(0, scores())).toBeNaN();
  expect(shownAfter(1000, scores(1))).toBe(0.5);
  expect(shownAfter(2000, scores())).toBe(0.5);
  expect(shownAfter(3000, scores(3))).toBe(1.5);
  expect(shownAfter(4000, scores(NaN))).toBeNaN();
  expect(shownAfter(5000, scores(1))).toBe(0.5);
  expect(shownAfter(6000, null)).toBeNaN();
});
