/** Takes down in the audit log that the data was copied, or comes from a copy. */
import { basename } from 'node:path';
import { appendAudit } from '../auth/audit';
import type { Db } from '../store/db';

/** `actor` is the `server` that does it by itself, or the `console`. A database from before there was a log has nothing to write in. */
export async function noteBackup(
  db: Db,
  kind: 'backup-made' | 'backup-restored',
  { actor, path, rows, atMs }: { actor: 'server' | 'console'; path: string; rows: number; atMs: number }
): Promise<void> {
  await db.tx(async (queries) => {
    const [found] = await queries.query<{ hasLog: boolean }>(
      `SELECT to_regclass('public.audit') IS NOT NULL AS "hasLog"`
    );
    if (!found?.hasLog) return;
    await appendAudit(queries, { actor, address: '', atMs }, kind, `file:${basename(path)}`, { rows });
  });
}
