/**
 * A device that has to go on under a new id, because two stores went by its old one (a backup that was put back, a copied profile). What is
 * pending is sealed anew, from 1 on; what was settled under the old id the backend has, and it is left to it.
 */
import type { Operation, OperationDraft } from '../domain/operation';
import { sealOperation } from './chain';
import type { LedgerRows, LedgerState } from './ledger-rows';
import { dropOwnJournal, keepBeneath, layAnew } from './overlay';

/** Gives the device the id, and its pending operations with it. Alarms that it watches are alarms of the new device from now on. */
export async function renewDevice(rows: LedgerRows, former: LedgerState, deviceId: string): Promise<void> {
  const pending = (await rows.operationsFrom(former.settledSeq + 1, Infinity)).map(({ operation }) => operation);
  for (const row of await rows.allConfirmed()) {
    // What lay on top is done anew below, under the new id; what of it was settled already comes by pull.
    for (const above of await rows.operationsOn(row.kind, row.id, row.asOfSeq)) await dropOwnJournal(rows, above);
    await rows.putConfirmed({ ...row, asOfSeq: 0 });
    if (row.entity) await rows.putEntities([row.entity]);
    else await rows.deleteEntity(row.kind, row.id);
  }
  await rows.clearOperations();
  let [seq, prev] = [0, ''];
  for (const operation of pending) {
    const sealed = sealOperation(renameDevice(operation, former.deviceId, deviceId), {
      ...operation,
      deviceId,
      hlc: `${operation.hlc.slice(0, 18)}${deviceId}`,
      seq: ++seq,
      prev
    });
    prev = sealed.hash;
    await keepBeneath(rows, sealed.kind, sealed.id, await rows.entity(sealed.kind, sealed.id), 0);
    await rows.addOperation(sealed);
  }
  await rows.putState({ ...former, deviceId, seq, hash: prev, settledSeq: 0 });
  for (const { kind, id } of await rows.allConfirmed()) await layAnew(rows, kind, id, 0);
}

function renameDevice({ kind, id, assetId, body }: Operation, from: string, to: string): OperationDraft {
  if (kind !== 'alarm' || body.deviceId !== from) return { kind, id, assetId, body } as OperationDraft;
  return { kind, id: `${to}:${body.ruleId}`, assetId, body: { ...body, deviceId: to } };
}
