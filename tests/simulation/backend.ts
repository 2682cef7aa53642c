/** The simulated backend: the real push and pull over a disk in memory, with a process that can be killed around every commit. */
import type { Random } from '$lib/domain/random';
import type { Entity } from '$lib/domain/operation';
import { parsePushRequest, schemaHeader } from '$lib/sync/protocol';
import { oldestSchema } from '$lib/sync/version';
import type { Caller } from '../../src/server/api/route';
import { pullChanges } from '../../src/server/sync/pull';
import { pushOperations } from '../../src/server/sync/push';
import type { SyncStore } from '../../src/server/sync/store';
import { createMemorySyncStore, createStoreDisk, type StoreDisk } from '../support/memory-sync-store';
import type { Answer } from '../support/simulated-network';
import type { Plants } from './plants';
import type { VirtualTime } from './virtual-time';

export interface Backend {
  readonly disk: StoreDisk;
  answer: Answer;
  /** Chance that the process dies around a commit. */
  crashChance: number;
  /** Chance that a step in the store takes a while, so that requests get between each other. */
  slowChance: number;
  callers: Map<string, Caller>;
  /** Devices from which it takes no push for now, such as one whose key is not registered. */
  mute: Set<string>;
  /** The oldest version that it takes. */
  oldest: number;
  /** What a later version has left on its disk, before all that is in the log. */
  readonly left: readonly Entity[];
  /** What no backend should answer with. */
  failures: string[];
  /** By the backend's clock, when each operation was settled. */
  settledMs: Map<string, number>;
  onChange(tell: () => void): void;
  /** Puts the disk back to an earlier copy, as the command that restores a backup does: no revision of the time between is used again. */
  restore(copy: StoreDisk): void;
  restarts(): number;
}

export function createBackend(
  time: VirtualTime,
  random: Pick<Random, 'uniform'>,
  pageLimit: number,
  plants: Plants
): Backend {
  const listeners: (() => void)[] = [];
  let process: { store: SyncStore } | null = null;
  let restarts = 0;

  function start(): void {
    const self = { store: undefined as unknown as SyncStore };
    const store = createMemorySyncStore(backend.disk, () => {
      if (process !== self) throw new Error('dead');
      if (random.uniform() < backend.crashChance) die();
    });
    store.onChange(() => listeners.forEach((tell) => tell()));
    const planted = plants.store ? plants.store(store, backend.disk, time) : store;
    self.store = slowDown(planted, time, () => random.uniform() < backend.slowChance);
    process = self;
  }

  function die(): never {
    process = null;
    restarts++;
    time.after(1000 + random.uniform() * 20_000, () => {
      plants.atServerCrash?.(backend.disk);
      start();
    });
    throw new Error('killed');
  }

  const backend: Backend = {
    disk: createStoreDisk(),
    crashChance: 0,
    slowChance: 0,
    callers: new Map(),
    mute: new Set(),
    oldest: oldestSchema,
    left: leaveForecasts(),
    settledMs: new Map(),
    failures: [],
    onChange: (tell) => void listeners.push(tell),
    restarts: () => restarts,
    restore(copy) {
      let newest = (backend.disk.version.get('newest') ?? 0) + 1_000_000;
      (backend as { disk: StoreDisk }).disk = copy;
      copy.version.set('floor', newest);
      for (const [key, entity] of copy.entities.entries().sort(([, a], [, b]) => a.rev - b.rev)) {
        copy.entities.set(key, { ...entity, rev: ++newest });
      }
      copy.version.set('newest', newest);
      copy.version.keep();
      copy.entities.keep();
      start();
    },
    async answer(device, method, url, body, headers) {
      const self = process;
      if (!self) return null;
      if (Number(headers[schemaHeader]) < backend.oldest) return { status: 426, text: '' };
      if (method === 'POST' && backend.mute.has(device)) return { status: 403, text: '' };
      const caller = backend.callers.get(device) ?? { kind: 'nobody' as const };
      try {
        const value = method === 'POST' ? await push(self.store, caller, body) : await pull(self.store, caller, url);
        if (process !== self) return null;
        return value === null ? { status: 422, text: '{}' } : { status: 200, text: JSON.stringify(value) };
      } catch (error) {
        if (process !== self) return null;
        backend.failures.push(`the backend failed: ${error}`);
        return { status: 500, text: '' };
      }
    }
  };

  async function push(store: SyncStore, caller: Caller, body: string) {
    const request = parsePushRequest(JSON.parse(body));
    const nowMs = time.now();
    return request && pushOperations(noteTimes(store, nowMs), caller, request, nowMs);
  }

  function noteTimes(store: SyncStore, nowMs: number): SyncStore {
    return {
      ...store,
      tx: (work) =>
        store.tx((transaction) =>
          work({
            ...transaction,
            append(operation, result) {
              backend.settledMs.set(operation.opId, nowMs);
              return transaction.append(operation, result);
            }
          })
        )
    };
  }

  function pull(store: SyncStore, caller: Caller, url: string) {
    const query = new URLSearchParams(url.slice(url.indexOf('?')));
    const pullFrom = plants.pull ?? pullChanges;
    return pullFrom(store, caller, Number(query.get('cursor')), pageLimit, query.get('deviceId')!);
  }

  for (const entity of backend.left) backend.disk.entities.set(`${entity.kind} ${entity.id}`, entity);
  backend.disk.version.set('newest', backend.left.length);
  backend.disk.entities.keep();
  backend.disk.version.keep();
  start();
  return backend;
}

/** Entities of a kind that nothing here knows, as a later version may have made them before it was taken back. */
function leaveForecasts(): Entity[] {
  return ['pump-1', 'pump-2'].map((assetId, i) => {
    const body = { assetId, days: [1, 2], by: { model: 'later' } };
    const forecast = {
      kind: 'forecast',
      id: `forecast-${i}`,
      assetId,
      deviceId: 'later',
      rev: i + 1,
      atMs: 0,
      open: 0,
      body
    };
    return forecast as unknown as Entity;
  });
}

function slowDown(store: SyncStore, time: VirtualTime, isSlow: () => boolean): SyncStore {
  const wait = async () => {
    if (isSlow()) await time.pause(50);
  };
  return {
    ...store,
    async tx(work) {
      await wait();
      return store.tx(work);
    },
    async progress(deviceId) {
      await wait();
      return store.progress(deviceId);
    },
    async changesSince(rev, limit, groups) {
      await wait();
      return store.changesSince(rev, limit, groups);
    }
  };
}
