/**
 * A thread that does what a tablet's threads do with the ledger, for the test that kills its browser: it commits, stores a model with its
 * findings, exchanges with a backend, settles, integrates, decides conflicts. At the point that the test asks for it stops and waits for
 * the end: after so many writes of a transaction, once it is stored, or once it is acknowledged.
 */
import { createRecords } from '$lib/records/records';
import { createDeviceLedger } from '$lib/records/ledger';
import { createSyncClient } from '$lib/sync/client';
import { createHttpTransport, type Fetch } from '$lib/sync/http-transport';
import type { LiveNote } from '$lib/domain/ports';
import type { LedgerDevice } from '$lib/domain/ledger';
import type { Entity, EntityKind, Operation } from '$lib/domain/operation';
import { draftComment, draftEvent, draftRule, raiseEvent } from './operation-samples';
import { sampleArtifact, sampleAsset, sampleFinding, sampleState } from './stored-samples';

/** What a round is to do. */
export interface Plan {
  /** Different in each round: names what it writes. */
  stamp: string;
  phase: string;
  /** A number: right after that write was asked for. `during`: not stopped, the end comes some time after the write `write`. */
  at: number | 'during' | 'stored' | 'acknowledged' | 'arrived' | 'in part' | 'applied' | 'never';
  write: number;
  /** Goes on with further rounds by itself. */
  isEndless: boolean;
}

/** What is on the disk. */
export interface Found {
  device: LedgerDevice;
  operations: Operation[];
  entities: Entity[];
  conflicts: string[];
  /** Of each pump: its active model, and its findings of it. */
  pumps: { id: string; modelId: string | null; findings: unknown[] }[];
  /** Transactions that were opened without strict durability. */
  lax: number;
}

const lane = self.name;
const databaseName = `ledger-${lane}`;
const person = 'somebody';
const everyKind: Record<EntityKind, true> = {
  asset: true,
  alarm: true,
  journal: true,
  comment: true,
  rule: true,
  'rule-change': true,
  finding: true,
  promotion: true
};
const kinds = Object.keys(everyKind) as EntityKind[];
/** Shared memory that needs no isolated page: to sleep on. */
const bed = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);

let plan: Plan | undefined;
let phase = '';
let writes = 0;
let lax = 0;
/** Writes of each phase, when it came first. */
const counts: Record<string, number> = {};

async function ask<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(`/${lane}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return response.json() as Promise<T>;
}

/** Nothing else runs in this thread until there is an answer. */
function waitFor(path: 'stopped' | 'ready'): void {
  const request = new XMLHttpRequest();
  request.open('POST', `/${lane}/${path}`, false);
  request.send('null');
}

function pass(at: Plan['at']): void {
  if (plan?.phase !== phase || plan.at !== at) return;
  waitFor('stopped');
  // Asleep, it holds no connection: a browser has but six.
  Atomics.wait(bed, 0, 0);
}

function countWrite(): void {
  writes++;
  pass(writes);
  if (plan?.phase === phase && plan.at === 'during' && plan.write === writes) waitFor('ready');
}

/* What the browser is asked to store, whoever asks. */
for (const name of ['put', 'add', 'delete', 'clear'] as const) {
  const native = IDBObjectStore.prototype[name] as (...values: unknown[]) => IDBRequest;
  IDBObjectStore.prototype[name] = function (this: IDBObjectStore, ...values: unknown[]) {
    const request = native.apply(this, values);
    countWrite();
    return request;
  } as never;
}
const open = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...values: Parameters<typeof open>) {
  const transaction = open.apply(this, values);
  if (transaction.mode === 'readwrite') {
    if (transaction.durability !== 'strict') lax++;
    transaction.addEventListener('complete', () => pass('stored'));
  }
  return transaction;
};

async function run<T>(name: string, work: () => Promise<T>): Promise<T> {
  [phase, writes] = [name, 0];
  const result = await work();
  counts[name] ??= writes;
  pass('acknowledged');
  phase = '';
  return result;
}

const records = createRecords(databaseName, undefined, () => person);
const ledger = createDeviceLedger(databaseName);
const transport = createHttpTransport({
  fetch: ((url, init) => fetch(url, init)) as Fetch,
  origin: `/${lane}`,
  clock: {
    now: () => Date.now(),
    after(milliseconds, act) {
      const timer = setTimeout(act, milliseconds);
      return () => clearTimeout(timer);
    }
  }
});
const client = createSyncClient({
  ledger: {
    ...ledger,
    settle: (results) => run('settle', () => ledger.settle(results)),
    integrate: (page) => run(page.changes.length > 0 ? 'integrate' : 'integrate nothing', () => ledger.integrate(page))
  },
  transport: {
    push: (request) => run('push', () => transport.push(request)),
    pull: (...asked) => run('pull', () => transport.pull(...asked))
  },
  lock: (work) => navigator.locks.request(databaseName, work),
  clock: { now: () => Date.now() }
});

async function look(): Promise<Found> {
  const device = await ledger.device();
  const entities = await Promise.all(kinds.map((kind) => ledger.entities({ kind, limit: 100_000 })));
  const assets = await records.assets();
  const pumps = assets.map(async ({ id, activeModelId }) => ({
    id,
    modelId: activeModelId,
    findings: await records.findings(id, modelOf(id))
  }));
  return {
    device,
    operations: await ledger.operations(1, 1_000_000),
    entities: entities.flat(),
    conflicts: (await ledger.conflicts()).map(({ opId }) => opId),
    pumps: await Promise.all(pumps),
    lax
  };
}

const modelOf = (pump: string) => `model-of-${pump}`;

async function live(stamp: string): Promise<void> {
  const { deviceId } = await ledger.device();
  const pump = `pump-${stamp}`;
  const drafts = [
    draftRule(`mine ${stamp}`),
    draftComment(`comment-${stamp}`),
    draftEvent(deviceId, raiseEvent(`occurrence-${stamp}`), pump)
  ];
  const made = await run('commit', () => ledger.commit(drafts, person));
  await ask('acknowledged', { opIds: made.map(({ opId }) => opId) });

  await run('pump', () => records.addAsset(sampleAsset(pump), []));
  await ask('acknowledged', { pump });
  const findings = [1000, 2000].map((startMs) => sampleFinding(pump, modelOf(pump), startMs));
  await run('model', () => records.addModel(pump, sampleArtifact(modelOf(pump), 5), findings, sampleState));
  await ask('acknowledged', { model: pump });
  const [finding] = findings;
  const note: LiveNote = {
    assetId: pump,
    state: null,
    findings: [{ ...finding!, endMs: 9000 }],
    rows: 0,
    t0Ms: NaN,
    t1Ms: NaN,
    channels: [],
    stepMs: NaN
  };
  await run('finding', () => records.recordLive([note]));
  await ask('acknowledged', { ended: pump });

  await exchange();
  for (const { opId } of await ledger.conflicts()) {
    await ask('resolved', opId);
    await run('resolve', () => ledger.resolve(opId, 'mine', person));
  }
  if (plan?.phase === 'renew' || plan?.at === 'never') await run('renew', () => ledger.renew());
  if (plan?.phase === 'start again' || plan?.at === 'never') {
    const { settledSeq: lastSeq } = await ledger.device();
    const page = { changes: [], cursor: 0, lastSeq, more: true, resetRequired: true };
    await run('start again', () => ledger.integrate(page));
  }
  await exchange();
}

async function exchange(): Promise<void> {
  const outcome = await client.syncOnce();
  if (outcome.kind !== 'done') throw new Error(`The exchange ended with ${JSON.stringify(outcome)}.`);
}

async function work(): Promise<void> {
  plan = await ask<Plan>('plan', null);
  // The first call makes the device.
  await run('device', () => ledger.device());
  await ask('found', await look());
  for (let i = 0; i === 0 || plan.isEndless; i++) await live(i === 0 ? plan.stamp : `${plan.stamp}-${i}`);
  await ask('done', { counts, found: await look() });
}

work().catch((error: unknown) => ask('failed', String(error)));
