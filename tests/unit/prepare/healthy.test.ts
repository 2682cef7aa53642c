import { describe, expect, it } from 'vitest';
import { proposeHealthyRange } from '$lib/prepare/healthy';
import { cutBlock, recording } from './recording';

const rule = { share: 0.3, minRows: 100, maxRows: 400 };

describe('proposeHealthyRange', () => {
  it.each([
    [1000, 300],
    [200, 100],
    [100, 100],
    [5000, 400]
  ])('proposes of %i rows the first %i', (total, rows) => {
    const block = recording(total);
    const expected = { ok: true, value: { t0Ms: block.t[0], t1Ms: block.t[rows - 1], rows } };
    expect(proposeHealthyRange([block], rule)).toEqual(expected);
    expect(proposeHealthyRange(cutBlock(block, [0, 7, rows - 1, rows]), rule)).toEqual(expected);
  });

  it.each([0, 99])('refuses %i rows', (total) => {
    expect(proposeHealthyRange([recording(total)], rule)).toEqual({
      ok: false,
      fault: {
        code: 'too-little-healthy-data',
        where: 'readings',
        found: `${total} rows`,
        expected: 'at least 100 rows'
      }
    });
  });
});
