/**
 * A device that has to go on under a new id, because two stores went by its old one (a backup that was put back, a copied profile). What is
 * pending is sealed anew, from 1 on; what was settled under the old id the backend has, and it is left to it.
 */
import type { Operation, OperationDraft } from '../domain/operation';
import { isAnybodys } from './apply';
import { sealOperation } from './chain';
import type { LedgerRows, LedgerState } from './ledger-rows';
import { dropOwnNote, keepBeneath, layAnew } from './overlay';

/** Gives the device the id, and its pending operations with it. Alarms that it watches are alarms of the new device from now on. */
export async function renewDevice(rows: LedgerRows, former: LedgerState, deviceId: string): Promise<void> {
  const pending = (await rows.operationsFrom(former.settledSeq + 1, Infinity)).map(({ operation }) => operation);
  for (const row of await rows.allConfirmed()) {
    // What lay on top is done anew below, under the new id; what of it was settled already comes by pull, its note perhaps has.
    const above = await rows.operationsOn(row.kind, row.id, Math.max(row.asOfSeq, former.settledSeq));
    for (const operation of above) await dropOwnNote(rows, operation);
    await rows.putConfirmed({ ...row, asOfSeq: 0 });
    if (row.entity) await rows.putEntities([row.entity]);
    else await rows.deleteEntity(row.kind, row.id);
  }
  await rows.clearOperations();
  const moved = new Set<string>();
  let [seq, prev] = [0, ''];
  for (const operation of pending) {
    const sealed = sealOperation(renameDevice(operation, former.deviceId, deviceId, moved), {
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
  await layAnew(rows, await rows.allConfirmed());
}

/** `moved` collects the alarms whose newest occurrence the backend knows nothing of yet. */
function renameDevice(
  { kind, id, assetId, body }: Operation,
  from: string,
  to: string,
  moved: Set<string>
): OperationDraft {
  const draft = { kind, id, assetId, body } as OperationDraft;
  if (draft.kind !== 'alarm' || draft.body.deviceId !== from) return draft;
  const { event } = draft.body;
  if (event.kind === 'raise') moved.add(id);
  // What somebody did to an occurrence that the backend has under the former id is meant for that one.
  return isAnybodys(event) && !moved.has(id) ? draft : nameAlarmOf(to, draft);
}

/** What happened to an alarm, as an alarm that this device watches. */
export function nameAlarmOf(
  deviceId: string,
  { kind, assetId, body }: Extract<OperationDraft, { kind: 'alarm' }>
): OperationDraft {
  return { kind, id: `${deviceId}:${body.ruleId}`, assetId, body: { ...body, deviceId } };
}
