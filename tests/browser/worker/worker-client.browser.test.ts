/** The page's side of a thread, against real threads that answer, fail, end themselves and are stopped. */
import { expect, test } from 'vitest';
import { createWorkerClient } from '$lib/bridge/worker-client';
import type { EchoApi } from '../../support/echo.worker';

function createEcho() {
  const deaths: string[] = [];
  let spawned = 0;
  const client = createWorkerClient<EchoApi>(
    () => {
      spawned++;
      return new Worker(new URL('../../support/echo.worker.ts', import.meta.url), { type: 'module' });
    },
    async (api) => void (await api.greet('hello')),
    (reason) => deaths.push(reason)
  );
  return { client, deaths, count: () => spawned };
}

test('starts once, when first asked, and greets before any call', async () => {
  const { client, deaths, count } = createEcho();
  expect(count()).toBe(0);
  const answers = await Promise.all([1, 2, 3].map((value) => client.call((api) => api.echo(value))));
  expect(answers).toEqual([1, 2, 3].map((value) => ({ ok: true, value: `hello ${value}` })));
  expect(count()).toBe(1);
  client.stop();
  expect(deaths).toEqual([]);
});

test('a thread that ends itself answers the running call, is told of, and is replaced at the next', async () => {
  const { client, deaths, count } = createEcho();
  expect(await client.call((api) => api.end())).toMatchObject({ ok: false, fault: { code: 'worker-died' } });
  expect(deaths).toHaveLength(1);
  expect(await client.call((api) => api.echo(4))).toEqual({ ok: true, value: 'hello 4' });
  expect(count()).toBe(2);
  client.stop();
});

test('an error outside any call counts as death', async () => {
  const { client, deaths } = createEcho();
  expect(await client.call((api) => api.crash())).toMatchObject({ ok: false, fault: { code: 'worker-died' } });
  expect(deaths[0]).toContain('crashed');
  client.stop();
});

test('a stopped thread answers at once that the call was cancelled, and nobody is told of a death', async () => {
  const { client, deaths } = createEcho();
  await client.call((api) => api.echo(0));
  const busy = client.call((api) => api.spin(60_000));
  const startMs = performance.now();
  client.stop();
  expect(await busy).toMatchObject({ ok: false, fault: { code: 'cancelled' } });
  expect(performance.now() - startMs).toBeLessThan(500);
  expect(deaths).toEqual([]);
});

test('what a call throws comes back as a fault, and the thread lives on', async () => {
  const { client, count } = createEcho();
  expect(await client.call((api) => api.fail())).toMatchObject({ ok: false, fault: { code: 'unexpected' } });
  expect(await client.call((api) => api.echo(5))).toMatchObject({ ok: true });
  expect(count()).toBe(1);
  client.stop();
});

test('a thread that can never start is not started for ever, until somebody asks again', async () => {
  let spawned = 0;
  const client = createWorkerClient<EchoApi>(
    () => {
      spawned++;
      return new Worker('/no-such-thread.js', { type: 'module' });
    },
    async () => {},
    () => void client.call((api) => api.echo(0))
  );
  for (let i = 0; i < 6; i++) {
    expect(await client.call((api) => api.echo(i))).toMatchObject({ ok: false, fault: { code: 'worker-died' } });
  }
  expect(spawned).toBe(3);
  client.stop();
  await client.call((api) => api.echo(0));
  expect(spawned).toBeGreaterThan(3);
  client.stop();
});
