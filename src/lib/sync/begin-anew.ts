/**
 * A device that has to begin anew: the backend cannot say what has changed since its cursor, or what it may see has changed. Everything is
 * pulled again from 0. Until the last page has come the device goes on with what it knows, for it may have no network for days; then what
 * came on no page is dropped.
 */
import type { Operation } from '../domain/operation';
import type { LedgerRows, LedgerState, Subject } from './ledger-rows';
import { layAnew, noteOf } from './overlay';

/** Begins. Operations above `settledSeq` are pending, perhaps once more: the backend may have been put back to an earlier day. */
export async function beginAnew(rows: LedgerRows, state: LedgerState, settledSeq: number): Promise<void> {
  const pending = await operationsAbove(rows, settledSeq);
  await rows.load([...pending, ...pending.flatMap((operation) => noteOf(operation) ?? [])]);
  for (const operation of pending) {
    const { kind, id } = operation;
    const known = await rows.confirmed(kind, id);
    // What was settled is in what is shown: so it stays until the backend's comes, to be laid beneath.
    const entity = known ? known.entity : await rows.entity(kind, id);
    await rows.putConfirmed({ kind, id, entity, asOfSeq: Math.min(settledSeq, known?.asOfSeq ?? settledSeq) });
    const note = noteOf(operation);
    const kept = note && (await rows.entity(note.kind, note.id));
    // The backend may have it no more: it is this device's own again.
    if (kept) await rows.putEntities([{ ...kept, rev: 0 }]);
  }
  await rows.clearSeen();
  await rows.putState({ ...state, settledSeq, cursor: 0, isAnew: true });
}

/** After the last page: drops what the backend does not have, or does not show to this device any more. `lastSeq` as of that page. */
export async function dropUnseen(rows: LedgerRows, lastSeq: number): Promise<void> {
  const known = new Set((await rows.allSeen()).map(nameOf));
  for (const operation of await operationsAbove(rows, lastSeq)) {
    const note = noteOf(operation);
    if (note) known.add(nameOf(note));
  }
  const overlaid: Subject[] = [];
  for (const row of await rows.allConfirmed()) {
    if (known.has(nameOf(row))) continue;
    known.add(nameOf(row));
    await rows.putConfirmed({ ...row, entity: undefined, asOfSeq: Math.max(lastSeq, row.asOfSeq) });
    overlaid.push(row);
  }
  for (const subject of await rows.entitySubjects()) {
    if (!known.has(nameOf(subject))) await rows.deleteEntity(subject.kind, subject.id);
  }
  await layAnew(rows, overlaid);
  await rows.clearSeen();
}

async function operationsAbove(rows: LedgerRows, seq: number): Promise<Operation[]> {
  return (await rows.operationsFrom(seq + 1, Infinity)).map(({ operation }) => operation);
}

/** Kinds come from the backend and ids may hold anything. */
function nameOf({ kind, id }: Subject): string {
  return JSON.stringify([kind, id]);
}
