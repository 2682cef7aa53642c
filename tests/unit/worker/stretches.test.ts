import { expect, test } from 'vitest';
import { createStretches } from '$lib/worker/live/stretches';

test('stretches of one asset that touch are one, those of others are not', () => {
  const stretches = createStretches();
  for (const [assetId, fromMs, toMs] of [
    ['a', 0, 10],
    ['b', 5, 20],
    ['a', 30, 40],
    ['a', 10, 15]
  ] as const) {
    stretches.add({ assetId, fromMs, toMs });
  }
  expect(stretches.length).toBe(4);
  expect(stretches.takeAll()).toEqual([
    { assetId: 'b', fromMs: 5, toMs: 20 },
    { assetId: 'a', fromMs: 0, toMs: 15 },
    { assetId: 'a', fromMs: 30, toMs: 40 }
  ]);
  expect(stretches.length).toBe(0);
});

test('beyond the bound what touches is joined first, then the oldest go', () => {
  const stretches = createStretches();
  for (let i = 0; i < 5000; i++) stretches.add({ assetId: 'a', fromMs: i, toMs: i + 1 });
  expect(stretches.takeAll()).toEqual([{ assetId: 'a', fromMs: 0, toMs: 5000 }]);
  for (let i = 0; i < 4500; i++) stretches.add({ assetId: `p${i}`, fromMs: 0, toMs: 1 });
  const left = stretches.takeAll();
  expect(left).toHaveLength(1000);
  expect(left.at(-1)!.assetId).toBe('p4499');
});
