/**
 * Requests made from the schemas of every endpoint, one after the other on one backend, so that later ones meet what earlier ones have left:
 * nothing may fail on the server's side, only what is documented may come back, and every answer must be as its schema says. 2,000 requests;
 * `PUMPSIDE_FUZZ=50000` for as many.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeParse } from 'valibot';
import { permissions } from '$lib/domain/role';
import { refusalSchema } from '../../src/server/api/refusal';
import type { Route } from '../../src/server/api/route';
import { statusesOf } from '../../src/server/api/statuses';
import { arbitraryOf, oddTexts } from '../support/arbitrary-of';
import { useApi } from './api-place';

const requests = Number(process.env.PUMPSIDE_FUZZ ?? 2000);
const seed = Number(process.env.PUMPSIDE_SEED ?? 1);
const atOnce = 8;
const chunk = 200;
const api = useApi();

interface Wish {
  route: Route;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  who: 'all' | 'nobody' | 'unknown' | 'little';
}

const json = (value: unknown): string => JSON.stringify(value) ?? '';

/** Texts that are no JSON, or JSON of another shape, or more than is taken. */
const spoiled = fc.oneof(
  { arbitrary: fc.string().map((text) => `{${text}`), weight: 4 },
  { arbitrary: fc.json({ maxDepth: 4 }), weight: 6 },
  { arbitrary: fc.constantFrom(...oddTexts).map((text) => json({ [text]: text, rows: text })), weight: 3 },
  {
    arbitrary: fc.constantFrom('null', '0', '"x"', '[]', '[[]]', '{}', '{"a":1,"a":2}', '1e999', '\ufeff{}'),
    weight: 3
  },
  { arbitrary: fc.nat(3000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)), weight: 1 }
);

/** The same JSON with its first key once more, with another value: the last one counts, or it is refused. */
function doubleKey(text: string): string {
  const key = /^\{("[^"\\]*"):/.exec(text)?.[1];
  return key ? `{${key}:null,${text.slice(1)}` : text;
}

/** One value somewhere in it replaced by another kind of value. */
function spoil(value: unknown, at: number, by: unknown): unknown {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item: unknown, i) => (i === at % value.length ? spoil(item, at >> 1, by) : item));
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return by;
  const keys = Object.keys(value);
  const key = keys[at % keys.length]!;
  return { ...value, [key]: spoil((value as Record<string, unknown>)[key], at >> 1, by) };
}

function wishFor(route: Route, known: readonly string[]): fc.Arbitrary<Wish> {
  const params = route.params ? arbitraryOf(route.params, known) : fc.constant({});
  const query = route.query ? arbitraryOf(route.query, known) : fc.constant({});
  const fit = route.body ? arbitraryOf(route.body, known) : fc.constant(undefined);
  const wrong = fc.constantFrom<unknown>(null, true, '', 'x', -1, 1.5, [], {}, [null], ...oddTexts);
  const body = fc.oneof(
    { arbitrary: fit.map((value) => (value === undefined ? undefined : json(value))), weight: 12 },
    { arbitrary: fc.tuple(fit, fc.nat(), wrong).map(([value, at, by]) => json(spoil(value, at, by))), weight: 5 },
    { arbitrary: fit.map((value) => doubleKey(json(value))), weight: 1 },
    { arbitrary: spoiled, weight: 2 },
    { arbitrary: fc.constant(undefined), weight: 1 }
  );
  const type = fc.oneof(
    { arbitrary: fc.constant('application/json'), weight: 20 },
    { arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'nonsense', ''), weight: 1 }
  );
  const who = fc.oneof(
    { arbitrary: fc.constant('all' as const), weight: 20 },
    { arbitrary: fc.constantFrom('nobody' as const, 'unknown' as const, 'little' as const), weight: 2 }
  );
  return fc.record({ params, query, body, type, who }).map(({ params, query, body, type, who }) => ({
    route,
    path: fillPath(route.path, params as Record<string, unknown>, query as Record<string, unknown>),
    headers: body === undefined ? {} : { 'Content-Type': type },
    body: route.method === 'GET' ? undefined : body,
    who
  }));
}

function fillPath(path: string, params: Record<string, unknown>, query: Record<string, unknown>): string {
  // An empty part, or one of dots, would be another address.
  const part = (name: string) => encode(params[name] ?? 'x').replace(/^(\.*)$/, '_$1');
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => part(name));
  const given = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return given.length > 0 ? `${filled}?${given.join('&')}` : filled;
}

/** Halves of surrogate pairs cannot be in an address. */
function encode(value: unknown): string {
  return encodeURIComponent(String(value).replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}

test(
  `${requests} requests of any kind`,
  async () => {
    const routes = api.backend.routes;
    const seen = new Map<number, number>();
    const known: string[] = ['pump-1'];
    let all = await api.keyFor(permissions);
    const little = await api.keyFor([]);

    async function send(wish: Wish): Promise<void> {
      const { route, path, headers, body, who } = wish;
      const key = { all, little, nobody: '', unknown: 'pk_unknown' }[who];
      const response = await api.ask(route.method, path, {
        key,
        headers,
        ...(body === undefined ? {} : { json: body })
      });
      const told = `${route.method} ${path} ${JSON.stringify(headers)} ${body?.slice(0, 2000)} by ${who}: ${response.status}`;
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      if (response.status >= 500)
        throw new Error(`${told} ${await response.text()} ${String(api.errors.map(describe).at(-1))}`);
      if (!statusesOf(route).includes(response.status)) throw new Error(`${told}, which is not documented`);
      expect(response.headers.get('X-Request-Id'), told).toBeTruthy();
      if (response.headers.get('Content-Type')?.startsWith('text/')) return void (await response.body?.cancel());
      const text = await response.text();
      const schema = route.answers[response.status]?.schema;
      if (schema === null || response.status === 204) return expect(text, told).toBe('');
      const found = safeParse(schema ?? refusalSchema, JSON.parse(text));
      if (!found.success) throw new Error(`${told} answered ${text.slice(0, 500)}: ${found.issues[0].message}`);
      if (response.status === 401 && who === 'all') all = await api.keyFor(permissions);
      remember(text);
    }

    /** Ids in answers are what later requests ask for. */
    function remember(text: string): void {
      for (const [id] of text.matchAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g))
        if (!known.includes(id)) known.push(id);
      if (known.length > 60) known.splice(1, known.length - 60);
    }

    for (let done = 0; done < requests; done += chunk) {
      const any = fc.oneof(...routes.map((route) => wishFor(route, known)));
      const wishes = fc.sample(any, { seed: seed + done, numRuns: Math.min(chunk, requests - done) });
      for (let i = 0; i < wishes.length; i += atOnce) await Promise.all(wishes.slice(i, i + atOnce).map(send));
      await api.ask('POST', '/api/stop-simulation', { key: all });
    }
    const large = json({ rows: 'x'.repeat(4 * 1024 * 1024) });
    for (const route of routes.filter(({ method }) => method === 'POST')) {
      const path = fillPath(route.path, {}, {});
      expect((await api.ask('POST', path, { json: large })).status, route.name).toBe(413);
    }
    console.log(
      [...seen]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', ')
    );
    // Requests that only bounce off would show nothing.
    expect(seen.get(200)!).toBeGreaterThan(requests / 10);
    expect(seen.get(422)!).toBeGreaterThan(requests / 20);
  },
  Math.max(120_000, requests * 40)
);

function describe(error: unknown): string {
  const { err } = error as { err?: Error };
  return err?.stack ?? JSON.stringify(error);
}
