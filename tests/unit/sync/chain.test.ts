import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonical } from '$lib/sync/canonical';
import { findBrokenLink, hashOperation } from '$lib/sync/chain';
import { createSealer, draftComment } from '../../support/operation-samples';

describe('chain', () => {
  const seal = createSealer('device-1');
  const operations = ['a', 'b', 'c'].map((id) => seal(draftComment(id)));
  const [first, second, third] = operations as [(typeof operations)[0], (typeof operations)[0], (typeof operations)[0]];

  it('hashes everything but the hash, as any SHA-256 does', () => {
    const { hash, ...rest } = first;
    expect(hash).toBe(createHash('sha256').update(canonical(rest)).digest('hex'));
    expect(hashOperation(first)).toBe(hash);
    expect(hashOperation({ ...first, later: 'field' } as unknown as typeof first)).not.toBe(hash);
    expect(first.prev).toBe('');
    expect(second.prev).toBe(hash);
  });

  it('sees what was changed, left out, put in or put elsewhere', () => {
    expect(findBrokenLink(operations)).toBeNull();
    expect(findBrokenLink([])).toBeNull();
    expect(findBrokenLink([second, third], first)).toBeNull();
    expect(findBrokenLink([first, third])).toBe(3);
    expect(findBrokenLink([second])).toBe(2);
    expect(findBrokenLink([first, { ...second, userId: 'eve' }, third])).toBe(2);
    const forged = { ...second, userId: 'eve' };
    expect(findBrokenLink([first, { ...forged, hash: hashOperation(forged) }, third])).toBe(3);
  });
});
