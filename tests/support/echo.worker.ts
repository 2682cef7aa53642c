/** A thread for the tests of the worker client: it answers, fails, ends, crashes and keeps busy, as asked. */
import { expose } from 'comlink';
import type { LiveApi } from '$lib/bridge/worker-client';
import { ok, type Result } from '$lib/domain/result';
import { holdLifeLock } from '$lib/worker/guard';

export interface EchoApi extends LiveApi {
  greet(word: string): Promise<Result<null>>;
  echo(value: number): Promise<Result<string>>;
  fail(): Promise<Result<null>>;
  end(): Promise<Result<null>>;
  crash(): Promise<Result<null>>;
  spin(ms: number): Promise<Result<null>>;
}

let greeting = '';

const api: EchoApi = {
  live: holdLifeLock,
  greet: async (word) => {
    greeting = word;
    return ok(null);
  },
  echo: async (value) => ok(`${greeting} ${value}`),
  fail: () => Promise.reject(new Error('failed as asked')),
  end: () => {
    self.close();
    return new Promise(() => {});
  },
  crash: () => {
    setTimeout(() => {
      throw new Error('crashed as asked');
    });
    return new Promise(() => {});
  },
  spin: async (ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ok(null);
  }
};
expose(api);
