/** The audit log as it is read: the server's own entries, and with them what devices have signed, by the time the server had them. */
import type { Queries } from '../store/db';
import { auditKinds, readAudit, type AuditedEntry } from './audit';
import { operationAuditKinds, readAuditedOperations, type OperationPlace } from './audited-operations';

export const allAuditKinds = [...auditKinds, ...operationAuditKinds] as const;
type AnyAuditKind = (typeof allAuditKinds)[number];

/** How far each of the two lists was read: number of the last entry (0: none yet), place of the last operation. */
export interface AuditCursor {
  entry: number;
  operation: OperationPlace | null;
}

interface AuditPage {
  entries: AuditedEntry<AnyAuditKind>[];
  /** Null at the end. */
  next: AuditCursor | null;
}

/** The next entries, newest first, at most `limit`. Operations on pumps that `groups` (null: of all) do not see are left out. */
export async function readAuditPage(
  queries: Queries,
  asked: { cursor: AuditCursor; limit: number; kind: AnyAuditKind | null; groups: string[] | null }
): Promise<AuditPage> {
  const { limit, kind, groups } = asked;
  const ownKind = auditKinds.find((each) => each === kind) ?? null;
  const operationKind = operationAuditKinds.find((each) => each === kind) ?? null;
  let { entry, operation } = asked.cursor;
  const own = operationKind ? [] : await readAudit(queries, { before: entry, limit, kind: ownKind });
  const operations = ownKind
    ? []
    : await readAuditedOperations(queries, { before: operation, limit, kind: operationKind, groups });

  const entries: AuditPage['entries'] = [];
  // Each list stays in its own order, even where a clock was put back.
  for (let count = 0; count < limit; count++) {
    const [mine, theirs] = [own[0], operations[0]];
    if (!mine && !theirs) return { entries, next: null };
    if (mine && (!theirs || mine.atMs >= theirs.place.storedUs / 1000)) {
      entries.push({ log: 'server', ...own.shift()! });
      entry = mine.n;
    } else {
      const { entry: shown, place } = operations.shift()!;
      if (shown) entries.push(shown);
      operation = place;
    }
  }
  return { entries, next: { entry, operation } };
}
