import { describe, expect, it } from 'vitest';
import { Quality } from '$lib/domain/reading-block';
import { joinBlocks, medianStepMs, sliceBlock } from '$lib/prepare/blocks';
import { blockOf, cutBlock, recording } from './recording';

describe('sliceBlock', () => {
  const block = recording(100);

  it('keeps the rows of the range, both ends included', () => {
    const slice = sliceBlock(block, { t0Ms: block.t[10]!, t1Ms: block.t[19]! + 999 });
    expect([...slice.t]).toEqual([...block.t.slice(10, 20)]);
    expect(slice.columns[1]).toEqual(block.columns[1]!.slice(10, 20));
    expect(slice.quality[1]!.length).toBe(10);
    expect(slice.channels).toEqual(block.channels);
  });

  it('copies, so that a transfer cannot empty the source', () => {
    const slice = sliceBlock(block, { t0Ms: -Infinity, t1Ms: Infinity });
    expect(slice.t.buffer).not.toBe(block.t.buffer);
    expect(slice.columns[0]!.buffer.byteLength).toBe(400);
  });

  it.each([
    ['before the data', 0, 1],
    ['after the data', 2e12, 3e12],
    ['between two rows', 1e12 + 1, 1e12 + 999],
    ['of a range turned round', 1e12 + 5000, 1e12 + 2000]
  ])('is empty %s', (_, t0Ms, t1Ms) => {
    expect(sliceBlock(block, { t0Ms, t1Ms }).t.length).toBe(0);
  });
});

describe('joinBlocks', () => {
  it('undoes a cut', () => {
    const block = recording(50);
    block.columns[0]![20] = NaN;
    expect(joinBlocks(cutBlock(block, [0, 13, 13, 40]))).toEqual(block);
  });

  it('joins by name and marks what a block lacks as missing', () => {
    const joined = joinBlocks([blockOf([0, 1], { a: [1, 2], b: [3, 4] }), blockOf([2], { c: [5], a: [6] })]);
    expect(joined.channels).toEqual(['a', 'b', 'c']);
    expect(joined.columns.map((column) => [...column])).toEqual([
      [1, 2, 6],
      [3, 4, NaN],
      [NaN, NaN, 5]
    ]);
    expect([...joined.quality[1]!]).toEqual([Quality.good, Quality.good, Quality.missing]);
  });

  it('makes an empty block of none', () => {
    expect(joinBlocks([])).toMatchObject({ assetId: '', channels: [], columns: [] });
  });
});

describe('medianStepMs', () => {
  const at = (...t: number[]) => ({ t: Float64Array.from(t) });

  it('is the middle distance, across blocks', () => {
    expect(medianStepMs([at(0, 1000, 2000), at(62_000, 63_000, 65_000)])).toBe(1000);
    expect(medianStepMs([at(0, 1000), at(), at(3000)])).toBe(1500);
  });

  it('is NaN with fewer than two rows', () => {
    expect(medianStepMs([])).toBeNaN();
    expect(medianStepMs([at(5)])).toBeNaN();
  });
});
