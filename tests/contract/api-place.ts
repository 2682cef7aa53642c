/** A whole backend over a database of the test's own, asked without a socket by callers of every kind. */
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { permissions, type Permission } from '../../src/lib/domain/role';
import { createBackend, type Backend } from '../../src/server/api/backend';
import { makeApiKey } from '../../src/server/auth/api-keys';
import { createMetrics } from '../../src/server/observe/metrics';
import { serverClock } from '../../src/server/server-clock';
import type { Db } from '../../src/server/store/db';
import { useDatabase } from '../support/databases';

export interface ApiHost {
  readonly backend: Backend;
  readonly db: Db;
  /** A key that may do exactly this, within these groups. */
  keyFor(permissions: readonly Permission[], groups?: string[]): Promise<string>;
  ask(
    method: string,
    path: string,
    more?: { key?: string; json?: unknown; headers?: Record<string, string> }
  ): Promise<Response>;
  /** What the log was told of faults. */
  readonly errors: unknown[];
  stop: AbortController;
}
const startMs = 60_000;
const deed = { actor: 'test', address: '', atMs: Date.now() };

/** Starts the backend before the file's tests, and ends it after them. */
export function useApi(): ApiHost {
  const own = useDatabase('pglite');
  let db: Db;
  let backend: Backend;
  let all: string;
  const stop = new AbortController();
  const errors: unknown[] = [];

  const keyFor = async (wanted: readonly Permission[], groups: string[] = []) =>
    (await makeApiKey(db, { name: 'test', permissions: [...wanted], groups, expiresMs: null }, null, deed)).key;

  beforeAll(async () => {
    db = own.db;
    backend = createBackend({
      db,
      clock: serverClock,
      tickMs: () => performance.now(),
      log: { debug: () => {}, info: () => {}, error: (fields) => void errors.push(fields) },
      metrics: createMetrics(),
      models: join(import.meta.dirname, '../../models'),
      version: 'test',
      trustsProxy: false,
      keepDays: 90,
      stopping: stop.signal,
      checksAnswers: true,
      rateLimit: () => 0,
      passwordCost: { n: 16, r: 1, p: 1 }
    });
    all = await keyFor(permissions);
  }, startMs);

  afterAll(async () => {
    stop.abort();
    await backend.close();
  }, startMs);

  return {
    get backend() {
      return backend;
    },
    get db() {
      return db;
    },
    keyFor,
    errors,
    stop,
    async ask(method, path, { key = all, json, headers = {} } = {}) {
      const request: RequestInit = {
        method,
        headers: {
          ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers
        },
        ...(json === undefined ? {} : { body: typeof json === 'string' ? json : JSON.stringify(json) })
      };
      return backend.api.request(path, request);
    }
  };
}
