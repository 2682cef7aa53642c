/**
 * The audit log: who did what to accounts, keys, devices and notifications, who came in and who did not, and where the data went. Each entry holds the hash of the one
 * before, so that nobody takes one out or changes it unseen; the database refuses it besides. It holds no secret and no name typed by
 * somebody who could not sign in: people type passwords there.
 */
import { createHash } from 'node:crypto';
import type { Db, Queries } from '../store/db';

export const auditKinds = [
  'administrator-made',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'session-ended',
  'credential-refused',
  'password-changed',
  'password-reset',
  'account-made',
  'account-changed',
  'device-code-made',
  'device-registered',
  'device-revoked',
  'key-made',
  'key-revoked',
  'route-made',
  'route-changed',
  'route-dropped',
  'backup-made',
  'backup-restored'
] as const;
export type AuditKind = (typeof auditKinds)[number];

/** Who does something (as `callerId` writes it), from where and when, ms UTC. */
export interface Deed {
  actor: string;
  address: string;
  atMs: number;
}

/** An entry as it is kept. `subject` is whom or what it was done to, e.g. `user:ID`; `hash` covers all else, `prev` among it. */
export interface AuditEntry extends Deed {
  n: number;
  kind: AuditKind;
  subject: string;
  detail: Record<string, unknown>;
  prev: string;
  hash: string;
}

/** An entry as it is listed, with the name of the chain it is in. */
export type AuditedEntry<Kind> = Omit<AuditEntry, 'kind'> & { kind: Kind; log: string };

interface AuditRow extends Omit<AuditEntry, 'atMs' | 'detail'> {
  at_ms: number;
  detail: string;
}

/** Any number that no other lock of ours has; entries wait for each other, so that the chain has no fork. */
const auditLock = 5_120_262;
const pageOfCheck = 1000;

/** Adds an entry. Called last in a transaction: from here on others wait. */
export async function appendAudit(
  queries: Queries,
  deed: Deed,
  kind: AuditKind,
  subject: string,
  detail: Record<string, unknown> = {}
): Promise<void> {
  await queries.query('SELECT pg_advisory_xact_lock($1)', [auditLock]);
  const [last] = await queries.query<{ n: number; hash: string }>('SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1');
  const entry = {
    n: (last?.n ?? 0) + 1,
    at_ms: deed.atMs,
    kind,
    actor: deed.actor,
    subject,
    address: deed.address,
    detail: JSON.stringify(detail),
    prev: last?.hash ?? ''
  };
  await queries.query(
    `INSERT INTO audit (n, at_ms, kind, actor, subject, address, detail, prev, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [...fieldsOf(entry), hashEntry(entry)]
  );
}

/** Entries below number `before` (0: from the newest on), newest first, of one kind or of all. */
export async function readAudit(
  db: Queries,
  { before, limit, kind }: { before: number; limit: number; kind: AuditKind | null }
): Promise<AuditEntry[]> {
  const rows = await db.query<AuditRow>(
    `SELECT * FROM audit WHERE ($1::bigint = 0 OR n < $1) AND ($2::text IS NULL OR kind = $2) ORDER BY n DESC LIMIT $3`,
    [before, kind, limit]
  );
  return rows.map(({ at_ms, detail, ...row }) => ({
    ...row,
    atMs: at_ms,
    detail: JSON.parse(detail) as Record<string, unknown>
  }));
}

/** Counts the entries, and names the first that is missing or is not what was written; null where the chain is whole. */
export async function checkAudit(db: Db): Promise<{ entries: number; newestHash: string; brokenAt: number | null }> {
  let n = 0;
  let hash = '';
  for (;;) {
    const rows = await db.query<AuditRow>('SELECT * FROM audit WHERE n > $1 ORDER BY n LIMIT $2', [n, pageOfCheck]);
    for (const row of rows) {
      if (row.n !== n + 1 || row.prev !== hash || row.hash !== hashEntry(row)) {
        return { entries: n, newestHash: hash, brokenAt: n + 1 };
      }
      ({ n, hash } = row);
    }
    if (rows.length < pageOfCheck) return { entries: n, newestHash: hash, brokenAt: null };
  }
}

function fieldsOf(row: Omit<AuditRow, 'hash'>): (string | number)[] {
  return [row.n, row.at_ms, row.kind, row.actor, row.subject, row.address, row.detail, row.prev];
}

function hashEntry(row: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify(fieldsOf(row)))
    .digest('hex');
}
