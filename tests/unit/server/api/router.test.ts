import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { defineRoute, type Caller, type Route } from '../../../../src/server/api/route';
import { createSmallApi } from './small-api';

const engineer: Caller = { kind: 'user', userId: 'u1', name: 'Eva', role: 'engineer', groups: [], sessionId: 's1' };
const key: Caller = { kind: 'key', keyId: 'k1', name: 'PLC', permissions: ['readings.ingest'], groups: [] };

const echo = defineRoute({
  method: 'POST',
  path: '/api/echo/:id',
  name: 'echo',
  summary: 'Says it again.',
  tag: 'system',
  access: 'readings.ingest',
  params: v.object({ id: v.pipe(v.string(), v.maxLength(8)) }),
  query: v.object({ n: v.optional(v.pipe(v.string(), v.regex(/^\d+$/))) }),
  body: v.strictObject({
    value: v.number(),
    name: v.optional(v.string()),
    deep: v.optional(v.unknown()),
    rows: v.optional(v.union([v.object({ a: v.number() }), v.array(v.object({ a: v.number() }))]))
  }),
  answers: { 200: { describes: 'It.', schema: v.object({ value: v.number(), caller: v.string() }) } },
  handle: ({ body, caller }) => ({ status: 200, body: { value: body.value, caller: caller.kind } })
});

function plain(path: string, handle: Route['handle'], access: Route['access'] = 'public'): Route {
  const answers = { 200: { describes: 'A number.', schema: v.object({ n: v.number() }) } };
  return { method: 'GET', path, name: 'plain', summary: '', tag: 'system', access, answers, handle };
}

const { api, lines, counted } = createSmallApi(
  [
    echo,
    plain('/api/throws', () => Promise.reject(new Error('secret place'))),
    plain('/api/wrong', () => ({ status: 200, body: { n: NaN } })),
    plain('/api/undeclared', () => ({ status: 204, body: null })),
    plain('/api/open', ({ caller }) => ({ status: 200, body: { n: caller.kind === 'nobody' ? 0 : 1 } })),
    plain('/api/mine', () => ({ status: 200, body: { n: 1 } }), 'signed-in')
  ],
  { key, engineer }
);

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, path = '/api/echo/a') {
  return api.request(path, {
    method: 'POST',
    headers: { Authorization: 'key', 'Content-Type': 'application/json', ...headers },
    body
  });
}

async function refusal(response: Response) {
  expect(response.headers.get('X-Request-Id')).toBeTruthy();
  const body = (await response.json()) as Record<string, string>;
  expect(Object.keys(body)).toEqual(['error', 'where', 'found', 'expected', 'requestId']);
  return [response.status, body.where, body.found, body.expected];
}

describe('what came in', () => {
  test('reaches the handler checked', async () => {
    const response = await post('{"value":3}', { 'Content-Type': 'application/json; charset=utf-8' });
    expect([response.status, await response.json()]).toEqual([200, { value: 3, caller: 'key' }]);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  test.each([
    ['{"value":"3"}', 'body.value', '"3"', 'number'],
    ['{}', 'body.value', 'nothing', '"value"'],
    ['', 'body', 'nothing', 'Object'],
    ['{"value":1,"other":2}', 'body.other', '"other"', 'never'],
    ['{"value":1,"rows":[{"a":1},{"a":"x"}]}', 'body.rows[1].a', '"x"', 'number'],
    ['{"value":1e999}', 'body.value', 'Infinity', 'a number that fits a double'],
    ['{"value":1,"name":"a\\u0000b"}', 'body.name', '"a\\u0000b"', 'well-formed Unicode without NUL'],
    ['{"value":1,"name":"\\ud800"}', 'body.name', '"\\ud800"', 'well-formed Unicode without NUL'],
    ['{"value":1,"deep":[{"\\udc00":1}]}', 'body.deep[0]', '"\\udc00"', 'well-formed Unicode without NUL']
  ])('%s is refused with its place', async (body, where, found, expected) => {
    expect(await refusal(await post(body))).toEqual([422, where, found, expected]);
  });

  test.each(['{', 'nonsense', '[1,]', '\u{feff}{'])('%j is no JSON', async (body) => {
    const [status, where, , expected] = await refusal(await post(body));
    expect([status, where, expected]).toEqual([422, 'body', 'JSON in UTF-8']);
  });

  test('bytes that are no UTF-8 are no JSON', async () => {
    const [status, where] = await refusal(await post(Uint8Array.of(0x22, 0xff, 0x22)));
    expect([status, where]).toEqual([422, 'body']);
  });

  test('endless nesting is refused before anything walks it', async () => {
    const deep = `{"value":1,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const [status, , found] = await refusal(await post(deep));
    expect([status, found]).toEqual([422, 'one more level']);
  });

  test.each([
    ['/api/echo/123456789', 'path.id'],
    ['/api/echo/a?n=x', 'query.n'],
    ['/api/echo/a?n=1&n=2', 'query.n'],
    ['/api/echo/%00', 'path.id']
  ])('%s is refused', async (path, expected) => {
    const [status, where] = await refusal(await post('{"value":1}', {}, path));
    expect([status, where]).toEqual([422, expected]);
  });

  test('a body must be said to be JSON', async () => {
    expect(await refusal(await post('{"value":1}', { 'Content-Type': 'text/plain' }))).toEqual([
      415,
      'Content-Type',
      'text/plain',
      'application/json'
    ]);
    expect((await post('{"value":1}', { 'Content-Type': 'application/vnd.x+json' })).status).toBe(200);
  });

  test('a body beyond 4 MB is refused, whatever length it claims', async () => {
    const large = `{"value":1,"name":"${'x'.repeat(4 * 1024 * 1024)}"}`;
    expect((await refusal(await post(large)))[0]).toBe(413);
    expect((await refusal(await post('{"value":1}', { 'Content-Length': '4194305' })))[0]).toBe(413);
  });
});

describe('who may', () => {
  test.each([
    ['/api/mine', undefined, 401],
    ['/api/mine', 'unknown', 401],
    ['/api/mine', 'key', 200],
    ['/api/open', undefined, 200],
    ['/api/open', 'unknown', 200]
  ])('%s with %s is answered %i', async (path, authorization, status) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
    expect((await api.request(path, { headers })).status).toBe(status);
  });

  test('the rate limit says when to come again', async () => {
    const asked: unknown[] = [];
    const slow = createSmallApi([echo], { key }, { rateLimit: (who) => (asked.push(who), 1.2) }).api;
    const response = await slow.request('/api/echo/a', { method: 'POST', headers: { Authorization: 'key' } });
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '2']);
    expect(asked).toEqual([{ caller: key, address: '', cost: 1 }]);
  });
});

describe('what goes out', () => {
  test('a fault of ours is a 500 that tells nothing but its id; the log tells the rest', async () => {
    const response = await api.request('/api/throws', { headers: { 'X-Request-Id': 'abcdefgh' } });
    expect(response.headers.get('X-Request-Id')).toBe('abcdefgh');
    expect(await response.text()).not.toContain('secret');
    const line = lines.at(-1)!;
    expect([line.level, line.fields.requestId, line.fields.route, line.fields.status]).toEqual([
      'error',
      'abcdefgh',
      '/api/throws',
      500
    ]);
    expect((line.fields.err as Error).message).toBe('secret place');
  });

  test.each(['/api/wrong', '/api/undeclared'])('%s: an answer that is not as declared fails in tests', async (path) => {
    expect((await api.request(path)).status).toBe(500);
  });

  test('an unknown address is a 404 in the words of any refusal, and one line in the statistics', async () => {
    expect(await refusal(await api.request('/api/gone/7'))).toEqual([
      404,
      '/api/gone/7',
      'GET',
      'an address of the interface'
    ]);
    expect(counted.at(-1)).toMatchObject({ route: '/api/*', status: 404 });
  });

  test('the log has the route, never the path or a credential', async () => {
    await post('{"value":1}', {}, '/api/echo/private');
    const text = JSON.stringify(lines.at(-1));
    expect(text).toContain('/api/echo/:id');
    expect(text).toContain('key:k1');
    expect(text).not.toMatch(/private|Authorization/);
  });

  test('an id that a log cannot hold is replaced', async () => {
    const response = await api.request('/api/open', { headers: { 'X-Request-Id': 'a b {}' } });
    expect(response.headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/);
  });
});
