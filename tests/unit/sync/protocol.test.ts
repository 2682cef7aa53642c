import { describe, expect, it } from 'vitest';
import type { Operation } from '$lib/domain/operation';
import { parsePullPage, parsePushAnswer, parsePushRequest, pushLimit } from '$lib/sync/protocol';
import { createSealer, draftComment, sampleEntity } from '../../support/operation-samples';

const operation = createSealer('device-1')(draftComment('c'));
const request = (...operations: unknown[]) => ({ deviceId: 'device-1', operations });

describe('parsePushRequest', () => {
  it('keeps fields and kinds of later versions', () => {
    const future = { ...operation, kind: 'forecast', body: { rain: [1] }, colour: 'red', schema: 9 };
    const given = { ...request(future), later: true };
    expect(parsePushRequest(JSON.parse(JSON.stringify(given)))).toEqual(given);
  });

  it.each<[string, Partial<Record<keyof Operation, unknown>>]>([
    ['a number below 1', { seq: 0 }],
    ['a number that is none', { seq: 1.5 }],
    ['no id', { opId: '' }],
    ['a device with odd letters', { deviceId: 'a b' }],
    ['a hash of another length', { hash: 'abc' }],
    ['a clock that is none', { hlc: 'yesterday' }],
    ['no time', { atMs: null }],
    ['a long pump', { assetId: 'p'.repeat(201) }],
    ['a negative revision', { baseRev: -1 }],
    ['half a letter', { body: { text: '\ud800' } }],
    ['NUL', { userId: '\u0000' }]
  ])('refuses %s', (_, part) => {
    expect(parsePushRequest(request({ ...operation, ...part }))).toBeNull();
  });

  it('refuses none and too many operations, and anything that is no request', () => {
    expect(parsePushRequest(request())).toBeNull();
    expect(parsePushRequest(request(...Array<unknown>(pushLimit).fill(operation)))).not.toBeNull();
    expect(parsePushRequest(request(...Array<unknown>(pushLimit + 1).fill(operation)))).toBeNull();
    for (const odd of [null, 7, [], {}, { deviceId: 'd' }]) expect(parsePushRequest(odd)).toBeNull();
  });
});

describe('answers', () => {
  const page = { changes: [], cursor: 3, lastSeq: 1, more: false, resetRequired: false };

  it('keeps entities of kinds that it does not know', () => {
    const future = {
      ...sampleEntity('comment', draftComment('c'), 1),
      kind: 'forecast',
      body: { rain: 3 },
      more: 'fields'
    };
    expect(parsePullPage({ ...page, changes: [future], later: 1 })).toEqual({ ...page, changes: [future], later: 1 });
  });

  it('refuses what is no answer', () => {
    expect(parsePullPage({ ...page, cursor: -1 })).toBeNull();
    expect(parsePullPage({ ...page, changes: [{}] })).toBeNull();
    expect(parsePullPage('<html>')).toBeNull();
    const answer = { results: [{ seq: 1, opId: 'a', outcome: 'applied' }], lastSeq: 1, halted: null, aheadMs: 0 };
    expect(parsePushAnswer(answer)).toEqual(answer);
    expect(parsePushAnswer({ ...answer, results: [{ seq: 1, opId: 'a', outcome: 'refused' }] })).toBeNull();
    expect(parsePushAnswer({ ...answer, results: [{ seq: 1, opId: 'a', outcome: 'perhaps' }] })).toBeNull();
    expect(parsePushAnswer({ ...answer, halted: { code: 'gap' } })).toBeNull();
    for (const code of ['gap', 'forked', 'broken-chain', 'not-your-device', 'newer']) {
      expect(parsePushAnswer({ ...answer, halted: { code, seq: 2 } })).not.toBeNull();
    }
  });
});
