import { expect, test } from 'vitest';
import type { Reading } from '$lib/domain/reading';
import { createReadingQueue } from '$lib/worker/live/queue';

const layout = { names: [], units: [] };
const arrival = (tMs: number, sourceId = 'a') => {
  const reading: Reading = { asset: 'P', tMs, layout, values: new Float32Array(0), quality: null, isHistorical: false };
  return { sourceId, reading, arrivedMs: tMs };
};

test('keeps the newest, tells the source of each one dropped, and is empty once taken', () => {
  const dropped: string[] = [];
  const queue = createReadingQueue(10, (sourceId) => dropped.push(sourceId));
  for (let i = 0; i < 37; i++) queue.push(arrival(i, i < 20 ? 'a' : 'b'));
  expect(queue.length).toBe(10);
  expect(dropped).toEqual([...Array<string>(20).fill('a'), ...Array<string>(7).fill('b')]);
  expect(queue.takeAll().map(({ reading }) => reading.tMs)).toEqual([27, 28, 29, 30, 31, 32, 33, 34, 35, 36]);
  expect(queue.length).toBe(0);
  expect(queue.takeAll()).toEqual([]);
  queue.push(arrival(40));
  expect(queue.takeAll().map(({ reading }) => reading.tMs)).toEqual([40]);
});
