/**
 * Takes a device's operations, in their order, each together with its result, many in one transaction. What was settled before gets the
 * result it got then, so a repeated push changes nothing. An operation that can never be applied is settled as refused: it must not stop
 * those behind it.
 */
import type { Entity, Operation, OperationResult } from '../../lib/domain/operation';
import { applyOperation } from '../../lib/sync/apply';
import { hashOperation } from '../../lib/sync/chain';
import { clampHlc, excessAheadMs } from '../../lib/sync/clock';
import type { Halt, PushAnswer, PushRequest } from '../../lib/sync/protocol';
import { schemaVersion } from '../../lib/sync/version';
import type { Caller } from '../api/route';
import type { SyncStore, SyncTransaction } from './store';
import { findObjection } from './visible';

type Step = { result: OperationResult } | { halted: Halt };

/** Of some operations: those settled, and why the next was not. */
interface Settled {
  results: OperationResult[];
  halted: Halt | null;
}

/** Settles the operations up to the first that does not fit to what the backend has of this device. `nowMs`: the backend's wall clock. */
export async function pushOperations(
  store: SyncStore,
  caller: Caller,
  { deviceId, operations }: PushRequest,
  nowMs: number
): Promise<PushAnswer> {
  const isForeign = caller.kind === 'device' && caller.deviceId !== deviceId;
  const { results, halted }: Settled = isForeign
    ? { results: [], halted: { code: 'not-your-device', seq: 0 } }
    : await settleAll(store, caller, deviceId, operations, nowMs);
  const progress = await store.progress(deviceId);
  const newest = operations.at(-1);
  const aheadMs = newest ? excessAheadMs(newest.hlc, nowMs) : 0;
  return { results, lastSeq: progress?.lastSeq ?? 0, halted, aheadMs };
}

/** In one transaction; where the store refuses that, in smaller ones, so that one operation it cannot take stops only those behind it. */
async function settleAll(
  store: SyncStore,
  caller: Caller,
  deviceId: string,
  operations: Operation[],
  nowMs: number
): Promise<Settled> {
  try {
    return await store.tx((transaction) => settleTogether(transaction, caller, deviceId, operations, nowMs));
  } catch (error) {
    if (operations.length <= 1) throw error;
    const middle = Math.ceil(operations.length / 2);
    const first = await settleAll(store, caller, deviceId, operations.slice(0, middle), nowMs);
    if (first.halted) return first;
    const second = await settleAll(store, caller, deviceId, operations.slice(middle), nowMs);
    return { results: [...first.results, ...second.results], halted: second.halted };
  }
}

async function settleTogether(
  transaction: SyncTransaction,
  caller: Caller,
  deviceId: string,
  operations: Operation[],
  nowMs: number
): Promise<Settled> {
  await transaction.load(operations.flatMap(({ kind, id, assetId }) => [{ kind, id }, cardOf(assetId)]));
  const results: OperationResult[] = [];
  for (const operation of operations) {
    const step: Step =
      operation.deviceId === deviceId
        ? await settle(transaction, caller, operation, nowMs)
        : { halted: { code: 'broken-chain', seq: operation.seq } };
    if ('halted' in step) return { results, halted: step.halted };
    results.push(step.result);
  }
  return { results, halted: null };
}

function cardOf(assetId: string): { kind: 'asset'; id: string } {
  return { kind: 'asset', id: assetId };
}

async function settle(
  transaction: SyncTransaction,
  caller: Caller,
  operation: Operation,
  nowMs: number
): Promise<Step> {
  const { deviceId, seq, opId } = operation;
  const { lastSeq, lastHash } = (await transaction.progress(deviceId)) ?? { lastSeq: 0, lastHash: '' };
  if (seq <= lastSeq) {
    const result = await transaction.settled(deviceId, seq);
    return result?.opId === opId ? { result } : { halted: { code: 'forked', seq } };
  }
  if (seq > lastSeq + 1) return { halted: { code: 'gap', seq: lastSeq + 1 } };
  if (operation.prev !== lastHash || hashOperation(operation) !== operation.hash) {
    return { halted: { code: 'broken-chain', seq } };
  }
  const result = await perform(transaction, caller, operation, nowMs);
  if (operation.schema > schemaVersion && isUnread(result)) return { halted: { code: 'newer', seq } };
  await transaction.append(operation, result);
  return { result };
}

/** True where nobody can say what the operation asks for. */
function isUnread(result: OperationResult): boolean {
  return result.outcome === 'refused' && (result.code === 'unknown-kind' || result.code === 'bad-body');
}

/** Does what the operation asks for, if it may be done. */
async function perform(
  transaction: SyncTransaction,
  caller: Caller,
  operation: Operation,
  nowMs: number
): Promise<OperationResult> {
  const { kind, id, seq, opId, assetId } = operation;
  const current = await transaction.entity(kind, id);
  const applied = applyOperation(current, { ...operation, hlc: clampHlc(operation.hlc, nowMs) });
  if ('refused' in applied) return { seq, opId, outcome: 'refused', code: applied.refused, detail: applied.detail };

  const card = (kind === 'asset' ? current : await transaction.entity('asset', assetId)) as Entity<'asset'> | undefined;
  const objection = findObjection(caller, operation, card);
  if (objection !== null) return { seq, opId, outcome: 'refused', code: 'forbidden', detail: objection };

  if (applied.changed.length === 0) return { seq, opId, outcome: 'duplicate' };
  await transaction.put(applied.changed);
  const group = kind === 'asset' ? operation.body.group : undefined;
  if (group !== undefined && group !== (card?.body?.group ?? '')) await transaction.touch([assetId]);
  return { seq, opId, outcome: 'applied' };
}
