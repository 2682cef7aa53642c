/**
 * Takes a device's operations, in their order, each in a transaction of its own together with its result. What was settled before gets the
 * result it got then, so a repeated push changes nothing. An operation that can never be applied is settled as refused: it must not stop
 * those behind it.
 */
import type { Entity, Operation, OperationResult } from '../../lib/domain/operation';
import { applyOperation } from '../../lib/sync/apply';
import { hashOperation } from '../../lib/sync/chain';
import { clampHlc, excessAheadMs } from '../../lib/sync/clock';
import type { Halt, PushAnswer, PushRequest } from '../../lib/sync/protocol';
import type { Caller } from '../api/route';
import type { SyncStore, SyncTransaction } from './store';
import { findObjection } from './visible';

type Step = { result: OperationResult } | { halted: Halt };

/** Settles the operations up to the first that does not fit to what the backend has of this device. `nowMs`: the backend's wall clock. */
export async function pushOperations(
  store: SyncStore,
  caller: Caller,
  { deviceId, operations }: PushRequest,
  nowMs: number
): Promise<PushAnswer> {
  const results: OperationResult[] = [];
  let halted: Halt | null = null;
  if (caller.kind === 'device' && caller.deviceId !== deviceId) halted = { code: 'not-your-device', seq: 0 };
  for (const operation of operations) {
    if (halted) break;
    const step: Step =
      operation.deviceId === deviceId
        ? await store.tx((transaction) => settle(transaction, caller, operation, nowMs))
        : { halted: { code: 'broken-chain', seq: operation.seq } };
    if ('result' in step) results.push(step.result);
    else halted = step.halted;
  }
  const progress = await store.progress(deviceId);
  const newest = operations.at(-1);
  const aheadMs = newest ? excessAheadMs(newest.hlc, nowMs) : 0;
  return { results, lastSeq: progress?.lastSeq ?? 0, halted, aheadMs };
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
  await transaction.append(operation, result);
  return { result };
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
