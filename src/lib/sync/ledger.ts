/**
 * The rules of a device's ledger, over any place where its rows lie: how operations are made, settled, and laid on what the backend has
 * confirmed (`overlay.ts`).
 */
import type { Ledger, PullPage } from '../domain/ledger';
import type { Entity, EntityKind, Operation, OperationDraft, OperationResult, Refusal } from '../domain/operation';
import { applyOperation, isAnybodys } from './apply';
import { beginAnew, dropUnseen } from './begin-anew';
import { sealOperation } from './chain';
import { nextHlc, takeBack } from './clock';
import type { LedgerRows, LedgerState, LedgerTables, Subject } from './ledger-rows';
import { confirm, confirmUnchanged, keepBeneath, layAnew, takeOut } from './overlay';
import { nameAlarmOf, renewDevice } from './renew';

/** What the ledger takes from its place: time, and names that nobody else uses. */
export interface LedgerHost {
  now: () => number;
  /** A UUID of version 7. */
  newId: () => string;
}

const defaultLimit = 1000;

/** Creates the ledger over its tables. */
export function createLedger(tables: LedgerTables, host: LedgerHost): Ledger {
  return {
    async device() {
      const known = await tables.read('ledger.device', (rows) => rows.state());
      const state = known ?? (await tables.write('ledger.device', (rows) => stateOf(rows, host)));
      const { deviceId, seq, hash, settledSeq, cursor } = state;
      return { deviceId, seq, hash, settledSeq, cursor };
    },
    async commit(drafts, by, onRefused) {
      const { made, refused } = await tables.write('ledger.commit', (rows) => commitDrafts(rows, drafts, by, host));
      // Not within the transaction, which may be repeated.
      if (refused.length > 0) onRefused?.(refused);
      return made;
    },
    entity: <Kind extends EntityKind>(kind: Kind, id: string) =>
      tables.read('ledger.entity', async (rows) => {
        const entity = await rows.entity(kind, id);
        return entity?.body ? (entity as Entity<Kind>) : undefined;
      }),
    entities: (query) =>
      tables.read('ledger.entities', async (rows) => {
        const found = await rows.entities({ limit: defaultLimit, ...query });
        return found.filter(({ body }) => body !== null) as Entity<typeof query.kind>[];
      }),
    pending: (limit) =>
      tables.read('ledger.pending', async (rows) => {
        const state = await rows.state();
        const kept = state ? await rows.operationsFrom(state.settledSeq + 1, limit) : [];
        return kept.map(({ operation }) => operation);
      }),
    pendingCount: () =>
      tables.read('ledger.pendingCount', async (rows) => {
        const state = await rows.state();
        return state ? state.seq - state.settledSeq : 0;
      }),
    settle: (results, aheadMs = 0) =>
      tables.write('ledger.settle', (rows) => settleResults(rows, results, aheadMs, host)),
    integrate: (page) => tables.write('ledger.integrate', (rows) => integratePage(rows, page, host)),
    renew: () =>
      tables.write('ledger.renew', async (rows) => renewDevice(rows, await stateOf(rows, host), host.newId())),
    conflicts: () =>
      tables.read('ledger.conflicts', async (rows) => {
        const found = await rows.conflicts();
        for (const conflict of found) {
          const { kind, id } = conflict.operation;
          const beneath = await rows.confirmed(kind, id);
          conflict.theirs = (beneath ? beneath.entity : await rows.entity(kind, id)) ?? null;
        }
        return found.sort((a, b) => a.atMs - b.atMs || a.operation.seq - b.operation.seq);
      }),
    resolve: (opId, choice, by) =>
      tables.write('ledger.resolve', async (rows) => {
        const conflict = await rows.conflict(opId);
        if (!conflict) return true;
        const { kind, id, assetId, body } = conflict.operation;
        const mine = choice === 'mine' ? [{ kind, id, assetId, body } as OperationDraft] : [];
        const { made } = await commitDrafts(rows, mine, by, host);
        // What is there may be this device's own still, and somebody else's on its way: the person is asked again then.
        const isTold = made.length === mine.length || !(await rows.state())?.isAnew;
        if (isTold) await rows.deleteConflict(opId);
        return isTold;
      }),
    operations: (fromSeq, limit) =>
      tables.read('ledger.operations', async (rows) =>
        (await rows.operationsFrom(fromSeq, limit)).map(({ operation }) => operation)
      ),
    close: () => tables.close()
  };
}

/**
 * Does the drafts inside a transaction that somebody else has opened, so that other rows are stored with them or not at all. What changes
 * nothing is neither made nor refused.
 */
export async function commitDrafts(
  rows: LedgerRows,
  drafts: OperationDraft[],
  by: string,
  host: LedgerHost
): Promise<{ made: Operation[]; refused: Refusal[] }> {
  let state = await stateOf(rows, host);
  const made: Operation[] = [];
  const refused: Refusal[] = [];
  await rows.load(drafts);
  for (const given of drafts) {
    const draft = asOwn(given, state.deviceId);
    const shown = await rows.entity(draft.kind, draft.id);
    const atMs = host.now();
    const operation = sealOperation(draft, {
      opId: host.newId(),
      deviceId: state.deviceId,
      seq: state.seq + 1,
      hlc: nextHlc(state.hlc, atMs, state.deviceId),
      atMs,
      userId: by,
      baseRev: shown?.rev ?? 0,
      prev: state.hash
    });
    const applied = applyOperation(shown, operation);
    if ('refused' in applied) {
      refused.push({ draft, code: applied.refused, detail: applied.detail });
      continue;
    }
    if (applied.changed.length === 0) continue;
    await keepBeneath(rows, draft.kind, draft.id, shown, state.seq);
    await rows.putEntities(applied.changed);
    await rows.addOperation(operation);
    state = { ...state, seq: operation.seq, hash: operation.hash, hlc: operation.hlc };
    made.push(operation);
  }
  if (made.length > 0) await rows.putState(state);
  return { made, refused };
}

/** What the process does is told by this device; the thread that tells it may still know it by the id it had before it was renewed. */
function asOwn(draft: OperationDraft, deviceId: string): OperationDraft {
  if (draft.kind !== 'alarm' || draft.body.deviceId === deviceId || isAnybodys(draft.body.event)) return draft;
  return nameAlarmOf(deviceId, draft);
}

/** The ledger's state; the first call makes the device. */
async function stateOf(rows: LedgerRows, { newId }: LedgerHost): Promise<LedgerState> {
  const kept = await rows.state();
  if (kept) return kept;
  const state: LedgerState = { deviceId: newId(), seq: 0, hash: '', hlc: '', settledSeq: 0, cursor: 0, isAnew: false };
  await rows.putState(state);
  return state;
}

async function settleResults(
  rows: LedgerRows,
  results: OperationResult[],
  aheadMs: number,
  host: LedgerHost
): Promise<void> {
  const state = await stateOf(rows, host);
  const run: OperationResult[] = [];
  for (const result of [...results].sort((a, b) => a.seq - b.seq)) {
    // What was settled before stays so; beyond a hole nothing can be known.
    if (result.seq === state.settledSeq + run.length + 1) run.push(result);
  }
  // The operations are a chain: who means the last one means those before it, and they need not be read.
  while (run.length > 0 && (await operationAt(rows, run.at(-1)!.seq))?.opId !== run.at(-1)!.opId) run.pop();
  if (run.length === 0) return;
  const shown = new Set((await rows.conflicts()).map(({ opId }) => opId));
  for (const result of run) {
    const operation = result.outcome === 'applied' ? undefined : await operationAt(rows, result.seq);
    if (operation) await takeOut(rows, operation);
    // What came to nothing was done by somebody else, which the next pull brings; until then it is shown as it will be.
    if (operation && result.outcome === 'refused') await refuse(rows, operation, result, host);
    // Sent again to a backend that was put back to an earlier day, where nothing stood against it.
    else if (shown.has(result.opId)) await rows.deleteConflict(result.opId);
  }
  const settledSeq = state.settledSeq + run.length;
  // What is still pending has its time; only behind all of it can another one begin.
  const hlc = settledSeq === state.seq ? takeBack(state.hlc, aheadMs) : state.hlc;
  await rows.putState({ ...state, settledSeq, hlc });
}

async function operationAt(rows: LedgerRows, seq: number): Promise<Operation | undefined> {
  const [kept] = await rows.operationsFrom(seq, 1);
  return kept?.operation.seq === seq ? kept.operation : undefined;
}

async function refuse(
  rows: LedgerRows,
  operation: Operation,
  { code, detail }: Extract<OperationResult, { outcome: 'refused' }>,
  { now }: LedgerHost
): Promise<void> {
  await layAnew(rows, [operation]);
  await rows.putConflict({ opId: operation.opId, operation, code, detail, theirs: null, atMs: now() });
}

async function integratePage(rows: LedgerRows, page: PullPage, host: LedgerHost): Promise<void> {
  const state = await stateOf(rows, host);
  // A backend that was put back to an earlier day has lost what it had settled since: that is sent again.
  if (page.resetRequired) return beginAnew(rows, state, Math.min(state.settledSeq, page.lastSeq));
  await confirm(rows, page, state);
  // An empty page ends where another one has ended.
  if (state.isAnew && page.changes.length > 0) await rows.addSeen(page.changes.map(subjectOf), page.cursor);
  if (!page.more) {
    if (state.isAnew) await dropUnseen(rows, page.lastSeq);
    await confirmUnchanged(rows, page.lastSeq);
  }
  // That the backend has settled operations is not enough to count them as settled here: their results are not known yet.
  const cursor = Math.max(page.cursor, state.cursor);
  const isAnew = state.isAnew && page.more;
  if (cursor !== state.cursor || isAnew !== state.isAnew) await rows.putState({ ...state, cursor, isAnew });
}

function subjectOf({ kind, id }: Entity): Subject {
  return { kind, id };
}
