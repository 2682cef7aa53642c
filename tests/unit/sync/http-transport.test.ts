import { describe, expect, it } from 'vitest';
import { createHttpTransport, type Fetch } from '$lib/sync/http-transport';
import type { Trouble } from '$lib/sync/transport';
import { createSealer, draftComment } from '../../support/operation-samples';

const nowMs = 1_790_000_000_000;
const page = { changes: [], cursor: 3, lastSeq: 1, more: false, resetRequired: false };
const operations = [createSealer('d')(draftComment('c', 'grün'))];

function create(
  answer: { status: number; json?: unknown; retryAfter?: string; date?: string } | Error,
  timeOut = false
) {
  const asked: { url: string; init: Parameters<Fetch>[1] }[] = [];
  const transport = createHttpTransport({
    clock: { now: () => nowMs, after: (_, act) => (timeOut ? (queueMicrotask(act), () => {}) : () => {}) },
    sign: async (method, path, body, timeMs) => ({ signed: `${method} ${path} ${body.length} ${timeMs - nowMs}` }),
    origin: 'https://backend',
    fetch: (url, init) => {
      asked.push({ url, init });
      if (answer instanceof Error) return Promise.reject(answer);
      if (timeOut)
        return new Promise((_, reject) => {
          if (init.signal.aborted) reject(new Error('aborted'));
          init.signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      const json = async () => {
        if (answer.json === undefined) throw new SyntaxError('no JSON');
        return answer.json;
      };
      return Promise.resolve({
        status: answer.status,
        headers: { get: (name) => (name === 'date' ? (answer.date ?? null) : (answer.retryAfter ?? null)) },
        json
      });
    }
  });
  return { transport, asked };
}

describe('createHttpTransport', () => {
  it('posts operations, signed, with the version it writes', async () => {
    const value = { results: [{ seq: 1, opId: 'd-1', outcome: 'applied' }], lastSeq: 1, halted: null, aheadMs: 0 };
    const { transport, asked } = create({ status: 200, json: value });
    expect(await transport.push({ deviceId: 'd', operations })).toEqual({ ok: true, value });
    const { url, init } = asked[0]!;
    expect(url).toBe('https://backend/api/v1/sync/push');
    expect(JSON.parse(new TextDecoder().decode(init.body))).toEqual({ deviceId: 'd', operations });
    expect(init).toMatchObject({ method: 'POST', credentials: 'same-origin' });
    expect(init.headers).toEqual({
      'content-type': 'application/json',
      'pumpside-schema': '1',
      signed: `POST /api/v1/sync/push ${init.body!.length} 0`
    });
  });

  it('asks for changes by address alone', async () => {
    const { transport, asked } = create({ status: 200, json: page });
    expect(await transport.pull('a/b', 17)).toEqual({ ok: true, value: page });
    expect(asked[0]!.url).toBe('https://backend/api/v1/sync/pull?cursor=17&deviceId=a%2Fb');
    expect(asked[0]!.init.headers).toMatchObject({ signed: 'GET /api/v1/sync/pull?cursor=17&deviceId=a%2Fb 0 0' });
    expect('body' in asked[0]!.init).toBe(false);
  });

  it.each<[number, Trouble]>([
    [401, { kind: 'signed-out' }],
    [403, { kind: 'forbidden' }],
    [413, { kind: 'too-large' }],
    [422, { kind: 'unacceptable' }],
    [426, { kind: 'outdated' }],
    [429, { kind: 'unreachable', afterMs: 2000 }],
    [500, { kind: 'unreachable', afterMs: 2000 }],
    [404, { kind: 'unreachable' }],
    [302, { kind: 'unreachable' }]
  ])('says what a %s means', async (status, trouble) => {
    const { transport } = create({ status, json: page, retryAfter: '2' });
    expect(await transport.pull('d', 0)).toEqual({ ok: false, trouble });
  });

  it('signs once more by the backend’s clock where it is refused and its own is off, and by it from then on', async () => {
    const ahead = new Date(nowMs + 3_600_000).toUTCString();
    const answer = { status: 401, json: page, date: ahead };
    const { transport, asked } = create(answer);
    expect(await transport.pull('d', 0)).toEqual({ ok: false, trouble: { kind: 'signed-out' } });
    answer.status = 200;
    expect(await transport.pull('d', 0)).toMatchObject({ ok: true });
    expect(asked.map(({ init }) => init.headers.signed!.split(' ').at(-1))).toEqual(['0', '3600000', '3600000']);
  });

  it.each([undefined, 'no date', new Date(nowMs + 59_000).toUTCString()])(
    'asks nothing twice where the clock cannot be it (%s)',
    async (date) => {
      const { transport, asked } = create({ status: 401, json: page, ...(date === undefined ? {} : { date }) });
      await transport.pull('d', 0);
      expect(asked).toHaveLength(1);
    }
  );

  it('takes neither another answer nor none for one', async () => {
    const bad = { ok: false, trouble: { kind: 'bad-answer' } };
    expect(await create({ status: 200, json: '<html>' }).transport.pull('d', 0)).toEqual(bad);
    expect(await create({ status: 200 }).transport.pull('d', 0)).toEqual(bad);
    const none = { ok: false, trouble: { kind: 'unreachable' } };
    expect(await create(new TypeError('Failed to fetch')).transport.pull('d', 0)).toEqual(none);
    expect(await create({ status: 200 }, true).transport.push({ deviceId: 'd', operations })).toEqual(none);
  });
});
