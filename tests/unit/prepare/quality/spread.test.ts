import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { findModes } from '$lib/prepare/quality/modes';
import { createThinned } from '$lib/prepare/quality/thinned';

describe('a thinned row of numbers', () => {
  it('is all of them while they are few, and never more than its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.constantFrom(4, 16, 64), (count, size) => {
        const thinned = createThinned(size);
        for (let i = 0; i < count; i++) thinned.add(i);
        const kept = [...thinned.sorted()];
        expect(kept.length).toBeLessThanOrEqual(size);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(count, size / 2));
        const stride = kept.length > 1 ? kept[1]! - kept[0]! : 1;
        expect(kept).toEqual(kept.map((_, i) => i * stride));
        if (count <= size) expect(stride).toBe(1);
      })
    );
  });
});

describe('modes', () => {
  const random = createRandom(4);
  const spread = (count: number, valueAt: (i: number) => number) =>
    findModes(Float64Array.from({ length: count }, (_, i) => valueAt(i)).sort());

  it('are two groups apart, however unequal', () => {
    const modes = spread(1000, (i) => (i < 100 ? 1000 : 2950) + 20 * random.normal());
    expect(modes?.lowShare).toBeCloseTo(0.1, 2);
    expect(modes?.low).toBeCloseTo(1000, -2);
    expect(modes?.high).toBeCloseTo(2950, -2);
  });

  it.each<[string, (i: number) => number]>([
    ['noise', () => random.normal()],
    ['a ramp', (i) => i],
    ['a sine', (i) => Math.sin(i / 50)],
    ['one value', () => 7],
    ['a long tail', () => Math.exp(random.normal())],
    ['two groups that touch', (i) => (i % 2) * 3 + random.normal()],
    ['a few strays', (i) => (i < 20 ? 100 : random.normal())]
  ])('are not in %s', (_, valueAt) => {
    expect(spread(1000, valueAt)).toBeNull();
  });

  it('are not in nothing', () => {
    expect(spread(0, () => 0)).toBeNull();
  });
});
