/**
 * What a device shows of an entity: what the backend has confirmed, with the device's own later operations done anew on top. So a pull
 * never undoes what a person has just done, and every device comes to the same.
 *
 * A row of `confirmed` lies beneath every entity that has such operations, and `asOfSeq` says which of them it counts in already. The
 * journal entry of an operation is shown as long as the operation changes anything; the backend's takes its place, or nothing.
 */
import type { Entity, EntityKind, Operation } from '../domain/operation';
import { applyOperation } from './apply';
import type { LedgerRows } from './ledger-rows';

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

/** Takes an entity as the backend has it, this device's operations up to `asOfSeq` counted in. An older one than is known changes nothing. */
export async function confirm(rows: LedgerRows, entity: Entity, asOfSeq: number): Promise<void> {
  const { kind, id } = entity;
  const known = await rows.confirmed(kind, id);
  const beneath = known ? known.entity : await rows.entity(kind, id);
  if (entity.rev <= (beneath?.rev ?? 0)) return;
  if (!known) {
    await rows.putEntities([entity]);
    return;
  }
  await rows.putConfirmed({ kind, id, entity, asOfSeq: Math.max(asOfSeq, known.asOfSeq) });
  await layAnew(rows, kind, id, known.asOfSeq);
}

/** After everything up to now was pulled: what the backend has not changed is, as it is, the outcome of all operations up to `lastSeq`. */
export async function confirmUnchanged(rows: LedgerRows, lastSeq: number): Promise<void> {
  for (const row of await rows.allConfirmed()) {
    if (row.asOfSeq >= lastSeq) continue;
    await rows.putConfirmed({ ...row, asOfSeq: lastSeq });
    await layAnew(rows, row.kind, row.id, row.asOfSeq);
  }
}

/**
 * Shows the entity anew. `fromSeq`: operations above it were shown so far; of those that are counted in now nothing is left of this
 * device's own, and what nothing lies on top of is kept once only.
 */
export async function layAnew(rows: LedgerRows, kind: EntityKind, id: string, fromSeq: number): Promise<void> {
  const confirmed = await rows.confirmed(kind, id);
  if (!confirmed) return;
  let shown = confirmed.entity;
  let isAbove = false;
  for (const operation of await rows.operationsOn(kind, id, fromSeq)) {
    const isCountedIn = operation.seq <= confirmed.asOfSeq;
    isAbove ||= !isCountedIn;
    const changed = isCountedIn ? [] : redo(shown, operation);
    shown = changed.find((entity) => entity.kind === kind) ?? shown;
    const journal = changed.find((entity) => entity.kind === 'journal');
    if (journal) await rows.putEntities([journal]);
    else await dropOwnJournal(rows, operation);
  }
  if (shown) await rows.putEntities([shown]);
  else await rows.deleteEntity(kind, id);
  if (!isAbove) await rows.deleteConfirmed(kind, id);
}

/** Lets go of an operation's journal entry, unless it is the backend's. */
export async function dropOwnJournal(rows: LedgerRows, { kind, opId }: Operation): Promise<void> {
  if (kind !== 'alarm') return;
  const entry = await rows.entity('journal', opId);
  if (entry?.rev === 0) await rows.deleteEntity('journal', opId);
}

/** Forgets what the backend has confirmed. This device's operations above `settledSeq` stay, with what they make by themselves. */
export async function dropConfirmed(rows: LedgerRows, settledSeq: number): Promise<void> {
  await rows.deleteConfirmedEntities();
  const subjects = new Map<string, { kind: EntityKind; id: string }>();
  for (const { kind, id } of await rows.allConfirmed()) subjects.set(`${kind} ${id}`, { kind, id });
  for (const { operation } of await rows.operationsFrom(settledSeq + 1, Infinity)) {
    const { kind, id } = operation;
    subjects.set(`${kind} ${id}`, { kind, id });
  }
  for (const { kind, id } of subjects.values()) {
    await rows.putConfirmed({ kind, id, entity: undefined, asOfSeq: settledSeq });
    await layAnew(rows, kind, id, 0);
  }
}

function redo(shown: Entity | undefined, operation: Operation): Entity[] {
  // Whether it is in conflict is for the backend to say; until then the device shows what its person has done.
  const applied = applyOperation(shown, { ...operation, baseRev: shown?.rev ?? 0 });
  return 'refused' in applied ? [] : applied.changed;
}
