/**
 * What people have changed of rules, models and pumps, as entries of the audit log. The operations are the record: append-only, and chained
 * by the device that signed them, so they are read where they lie and not written twice.
 */
import type { Operation } from '../../lib/domain/operation';
import type { Queries } from '../store/db';
import type { AuditedEntry } from './audit';

/** How the audit log calls what became of an operation of each kind. */
const kinds = { rule: 'rule-changed', promotion: 'model-promoted', asset: 'pump-changed' } as const;
type AuditedKind = keyof typeof kinds;
export const operationAuditKinds = Object.values(kinds);
type OperationAuditKind = (typeof operationAuditKinds)[number];

/** Where an operation lies among all: when it was stored, µs since 1970 UTC, and which it was. */
export interface OperationPlace {
  storedUs: number;
  deviceId: string;
  seq: number;
}

/** An operation of the list; `entry` is null for what only looks like one, or is not the caller's to see. */
interface ListedOperation {
  place: OperationPlace;
  entry: AuditedEntry<OperationAuditKind> | null;
}

/** The condition of both indexes, in their very words. */
const isAudited = `operation::text ~ '"kind":"(rule|promotion|asset)"' AND result::text LIKE '%"outcome":"applied"%'`;
const storedUs = `(extract(epoch FROM stored_at) * 1000000)::bigint`;
const timeOf = (us: string) => `timestamptz 'epoch' + ${us} * interval '1 microsecond'`;

interface OperationRow {
  operation: Operation;
  /** The one before on the same thing; null where it was the first. */
  earlier: Operation | null;
  storedUs: number;
}

/** At most `limit` of one kind or all before a place (null: from the newest on), the newest first. `groups` null sees all. */
export async function readAuditedOperations(
  queries: Queries,
  {
    before,
    limit,
    kind,
    groups
  }: { before: OperationPlace | null; limit: number; kind: OperationAuditKind | null; groups: string[] | null }
): Promise<ListedOperation[]> {
  const wanted = (Object.keys(kinds) as AuditedKind[]).filter((each) => kind === null || kinds[each] === kind);
  const rows = await queries.query<OperationRow>(
    `SELECT operation, ${storedUs} AS "storedUs", (
        SELECT operation FROM sync_operation
          WHERE ${isAudited} AND subject_of(operation) = subject_of(listed.operation)
            AND (stored_at, device_id, seq) < (listed.stored_at, listed.device_id, listed.seq)
          ORDER BY stored_at DESC, device_id DESC, seq DESC LIMIT 1) AS earlier
      FROM (
        SELECT * FROM sync_operation
          WHERE ${isAudited} AND operation::text ~ $1
            AND ($2::bigint IS NULL OR (stored_at, device_id, seq) < (${timeOf('$2::bigint')}, $3, $4))
          ORDER BY stored_at DESC, device_id DESC, seq DESC LIMIT $5) listed
      ORDER BY stored_at DESC, device_id DESC, seq DESC`,
    [`"kind":"(${wanted.join('|')})"`, before?.storedUs ?? null, before?.deviceId ?? '', before?.seq ?? 0, limit]
  );
  const hidden = await findHidden(queries, rows, groups);
  return rows.map(({ operation, earlier, storedUs }) => {
    const { deviceId, seq, kind, assetId } = operation;
    const isSeen = wanted.some((each) => each === kind) && !hidden.has(assetId);
    const entry = isSeen ? toEntry(operation, earlier, Math.floor(storedUs / 1000)) : null;
    return { place: { storedUs, deviceId, seq }, entry };
  });
}

/** The pumps among them whose group the caller does not see. */
async function findHidden(queries: Queries, rows: OperationRow[], groups: string[] | null): Promise<Set<string>> {
  if (groups === null) return new Set();
  const hidden = await queries.query<{ id: string }>(
    `SELECT id FROM sync_entity WHERE kind = 'asset' AND id = ANY ($1::text[]) AND NOT card_group = ANY ($2::text[] || ''::text)`,
    [rows.map(({ operation }) => operation.assetId), groups]
  );
  return new Set(hidden.map(({ id }) => id));
}

function toEntry(operation: Operation, earlier: Operation | null, atMs: number): ListedOperation['entry'] {
  const { kind, id, deviceId, seq, userId, atMs: doneMs, prev, hash } = operation;
  const reason = kind === 'rule' ? { reason: operation.body.reason } : {};
  return {
    log: `device:${deviceId}`,
    n: seq,
    atMs,
    kind: kinds[kind as AuditedKind],
    actor: userId === '' ? `device:${deviceId}` : userId,
    subject: `${kind}:${id}`,
    address: '',
    detail: { ...reason, before: earlier ? valueOf(earlier) : null, after: valueOf(operation), doneMs },
    prev,
    hash
  };
}

/** What the thing was made to be; null for a rule that went back to its starting values. */
function valueOf(operation: Operation): unknown {
  return operation.kind === 'rule' ? operation.body.rule : operation.body;
}
