/** Blocks on their way into history: one write at a time, none lost, a failure told. */
import { expect, test } from 'vitest';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createBlockWriter } from '$lib/worker/block-writer';

const blocks = (from: number, count: number): ReadingBlock[] =>
  Array.from({ length: count }, (_, i) => ({
    assetId: i % 2 === 0 ? 'a' : 'b',
    channels: [],
    t: Float64Array.of(from + i),
    columns: [],
    quality: []
  }));

test('reading goes on while one write is under way, and waits for it before the next', async () => {
  const done: (() => void)[] = [];
  const written: number[][] = [];
  const prepared: string[] = [];
  const appendReadings = (given: ReadingBlock[]) => {
    written.push(given.map(({ t }) => t[0]!));
    return new Promise<void>((resolve) => done.push(resolve));
  };
  const writer = createBlockWriter({ appendReadings }, async (id) => void prepared.push(id));
  await writer.push(blocks(0, 10));
  expect(written).toEqual([]);
  await writer.push(blocks(10, 10));
  expect(written).toHaveLength(1);
  expect(prepared).toEqual(['a', 'b']);
  let isPast = false;
  const second = writer.push(blocks(20, 20)).then(() => (isPast = true));
  await Promise.resolve();
  expect(isPast).toBe(false);
  done[0]!();
  await second;
  const end = writer.finish();
  done[1]!();
  await end;
  expect(written.flat()).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test('a write that failed is told once more is to be stored, and settling waits for it in peace', async () => {
  const writer = createBlockWriter({ appendReadings: () => Promise.reject(new Error('full')) }, async () => undefined);
  await writer.push(blocks(0, 16));
  await writer.settle();
  await expect(writer.push(blocks(16, 16))).rejects.toThrow('full');
  await expect(writer.finish()).rejects.toThrow('full');
});
