import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, isStorable } from '$lib/sync/canonical';

describe('canonical', () => {
  it('is one text for one value, whatever the order of keys', () => {
    expect(canonical({ b: [1, { d: null, c: 'ü' }], a: -0, e: undefined })).toBe('{"a":0,"b":[1,{"c":"ü","d":null}]}');
    expect(canonical({ a: NaN, b: 1e21 })).toBe('{"a":null,"b":1e+21}');
  });

  it('survives JSON: what was parsed has the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => canonical(JSON.parse(JSON.stringify(value))) === canonical(value)),
      { seed: 1 }
    );
  });

  it('refuses what is nested without end', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 65; i++) deep = [deep];
    expect(() => canonical(deep)).toThrow(RangeError);
    expect(canonical((deep as unknown[])[0])).toHaveLength(129);
  });

  it('knows what a database cannot keep', () => {
    expect(isStorable(canonical({ a: 'x\u0000' }))).toBe(false);
    expect(isStorable(canonical({ ['k\ud800']: 1 }))).toBe(false);
    expect(isStorable(canonical('\\\udfff'))).toBe(false);
    expect(isStorable(canonical(['😀', '\\u0000', 'C:\\ud800', '\\\\u0000', '\u0001']))).toBe(true);
  });
});
