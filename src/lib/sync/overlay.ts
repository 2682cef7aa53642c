/**
 * What a device shows of an entity: what the backend has confirmed, with the device's own later operations done anew on top. So a pull
 * never undoes what a person has just done, and every device comes to the same.
 *
 * A row of `confirmed` lies beneath every entity that has such operations, and `asOfSeq` says which of them it counts in already. The
 * note of an operation (a line of the alarm journal, a change of a rule) is shown as long as the operation changes anything; the backend's
 * takes its place, or nothing once the operation has come to nothing there.
 */
import type { PullPage } from '../domain/ledger';
import type { Entity, EntityKind, Operation, OperationKind } from '../domain/operation';
import { applyOperation } from './apply';
import type { LedgerRows, LedgerState, Subject } from './ledger-rows';

/** What operations leave a note as, under their own id. */
const noteKinds: Partial<Record<OperationKind, EntityKind>> = { alarm: 'journal', rule: 'rule-change' };

/** Keeps what is there now beneath an operation that is about to be done on top, unless something is kept already. */
export async function keepBeneath(
  rows: LedgerRows,
  kind: EntityKind,
  id: string,
  shown: Entity | undefined,
  asOfSeq: number
): Promise<void> {
  if (!(await rows.confirmed(kind, id))) await rows.putConfirmed({ kind, id, entity: shown, asOfSeq });
}

/** Takes a page of the backend: its entities count in this device's operations up to `lastSeq`. Older ones than are known change nothing, unless everything is pulled anew. */
export async function confirm(
  rows: LedgerRows,
  { changes, lastSeq }: PullPage,
  { settledSeq, cursor, isAnew }: LedgerState
): Promise<void> {
  await rows.load(changes);
  const overlaid: Entity[] = [];
  for (const entity of changes) {
    const { kind, id } = entity;
    const known = await rows.confirmed(kind, id);
    const beneath = known ? known.entity : await rows.entity(kind, id);
    // A backend that was put back to an earlier day counts from there: what is known may be of a day that never was.
    if (entity.rev <= (isAnew ? cursor : (beneath?.rev ?? 0))) continue;
    if (known) {
      await rows.putConfirmed({ kind, id, entity, asOfSeq: Math.max(lastSeq, known.asOfSeq) });
      overlaid.push(entity);
    } else if (!isKept(beneath, entity, lastSeq <= settledSeq)) await rows.putEntities([entity]);
  }
  await layAnew(rows, overlaid);
}

/**
 * True where nothing has to be written: the same is kept already, or the line of the journal that an own operation has left, which needs no
 * revision once the operation is settled. After a month away that is nearly all of what a pull brings.
 */
function isKept(mine: Entity | undefined, theirs: Entity, isSettled: boolean): boolean {
  if (!mine) return false;
  const isOwnLine = theirs.kind === 'journal' && isSettled && mine.rev === 0;
  return (isOwnLine || mine.rev === theirs.rev) && isSame(mine, { ...theirs, rev: mine.rev });
}

/** True where two values of JSON are the same, whatever the order of their keys; what is undefined counts as left out. */
function isSame(mine: unknown, theirs: unknown): boolean {
  if (typeof mine !== 'object' || typeof theirs !== 'object' || !mine || !theirs) return mine === theirs;
  const [a, b] = [mine as Record<string, unknown>, theirs as Record<string, unknown>];
  if (Array.isArray(mine) !== Array.isArray(theirs)) return false;
  return Object.keys({ ...a, ...b }).every((key) => isSame(a[key], b[key]));
}

/** After everything up to now was pulled: what the backend has not changed is, as it is, the outcome of all operations up to `lastSeq`. */
export async function confirmUnchanged(rows: LedgerRows, lastSeq: number): Promise<void> {
  const unchanged = (await rows.allConfirmed()).filter(({ asOfSeq }) => asOfSeq < lastSeq);
  for (const row of unchanged) await rows.putConfirmed({ ...row, asOfSeq: lastSeq });
  await layAnew(rows, unchanged);
}

/** Shows entities anew: what is confirmed of them, with this device's later operations on top. Where there are none, that is kept once only. */
export async function layAnew(rows: LedgerRows, overlaid: readonly Subject[]): Promise<void> {
  await rows.load(overlaid);
  const { seq: newestSeq, settledSeq } = (await rows.state()) ?? { seq: 0, settledSeq: 0 };
  for (const { kind, id } of overlaid) {
    const confirmed = await rows.confirmed(kind, id);
    if (!confirmed) continue;
    const { entity, asOfSeq } = confirmed;
    const above = asOfSeq < newestSeq ? await rows.operationsOn(kind, id, asOfSeq) : [];
    await rows.load(above.flatMap((operation) => noteOf(operation) ?? []));
    let shown = entity;
    for (const operation of above) {
      const changed = redo(shown, operation);
      shown = changed.find((entity) => entity.kind === kind) ?? shown;
      // The note of what is settled is the backend's; it may have come on a page that ended before the entity.
      if (operation.seq <= settledSeq) continue;
      const note = changed.find((entity) => entity.kind !== kind);
      if (!note) await dropOwnNote(rows, operation);
      // So it may be before the results of a push are known.
      else if (!(await rows.entity(note.kind, note.id))?.rev) await rows.putEntities([note]);
    }
    if (shown) await rows.putEntities([shown]);
    else await rows.deleteEntity(kind, id);
    if (above.length === 0) await rows.deleteConfirmed(kind, id);
  }
}

/** Takes an operation out that was refused, or came to nothing at the backend. */
export async function takeOut(rows: LedgerRows, operation: Operation): Promise<void> {
  await rows.markRefused(operation.seq);
  await dropOwnNote(rows, operation);
}

/** Lets go of what an operation has left as a note, unless it is the backend's. */
export async function dropOwnNote(rows: LedgerRows, operation: Operation): Promise<void> {
  const note = noteOf(operation);
  if (!note) return;
  const kept = await rows.entity(note.kind, note.id);
  if (kept?.rev === 0) await rows.deleteEntity(note.kind, note.id);
}

/** Under which name an operation leaves a note. */
export function noteOf({ kind, opId }: Operation): Subject | undefined {
  const noteKind = noteKinds[kind];
  return noteKind && { kind: noteKind, id: opId };
}

function redo(shown: Entity | undefined, operation: Operation): Entity[] {
  // Whether it is in conflict is for the backend to say; until then the device shows what its person has done.
  const applied = applyOperation(shown, { ...operation, baseRev: shown?.rev ?? 0 });
  return 'refused' in applied ? [] : applied.changed;
}
