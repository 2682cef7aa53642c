/** Endpoints by which the audit log is read and checked. Nothing writes it from outside. */
import * as v from 'valibot';
import { checkAudit } from '../auth/audit';
import { allAuditKinds, readAuditPage, type AuditCursor } from '../auth/audit-page';
import { groupsOf } from './access';
import { timeSchema, type AccountPlace } from './account-place';
import { pageLimit } from './fields';
import { defineRoute, type Route } from './route';

const entrySchema = v.strictObject({
  /** Whose chain it is in: `server`, or `device:ID` for what a device has signed. */
  log: v.string(),
  /** Its number there. */
  n: timeSchema,
  atMs: timeSchema,
  kind: v.picklist(allAuditKinds),
  actor: v.string(),
  subject: v.string(),
  address: v.string(),
  detail: v.record(v.string(), v.unknown()),
  prev: v.string(),
  hash: v.string()
});

/** On a page, however many are asked for: what was before each change is looked up. */
const mostEntries = 100;

/** Number of the last entry, then µs, number and device of the last operation, where one was read. */
const cursorSchema = v.pipe(v.string(), v.regex(/^\d{1,15}~(?:\d{1,16}~\d{1,15}~[\w-]{1,64})?$/));

export function auditRoutes({ db }: AccountPlace): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/audit',
      name: 'readAudit',
      summary:
        'Who did what, newest first: the server’s own log, and what devices have signed on rules, models and pumps that the caller sees.',
      tag: 'account',
      access: 'audit.read',
      query: v.strictObject({
        cursor: v.optional(cursorSchema, '0~'),
        limit: pageLimit(mostEntries, 1000),
        kind: v.optional(v.picklist(allAuditKinds))
      }),
      cost: 10,
      answers: {
        200: {
          describes: `A page of at most ${mostEntries} entries; \`next\` is the \`cursor\` of the following one.`,
          schema: v.strictObject({ entries: v.array(entrySchema), next: v.nullable(v.string()) })
        }
      },
      async handle({ query: { cursor, limit, kind = null }, caller }) {
        const asked = {
          cursor: readCursor(cursor),
          limit: Math.min(limit, mostEntries),
          kind,
          groups: groupsOf(caller)
        };
        const { entries, next } = await readAuditPage(db, asked);
        return { status: 200, body: { entries, next: next && writeCursor(next) } };
      }
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/audit/check',
      name: 'checkAudit',
      summary: 'Whether the audit log is as it was written: nothing changed, nothing missing before its newest entry.',
      tag: 'account',
      access: 'audit.read',
      cost: 20,
      answers: {
        200: {
          describes:
            'How far the chain holds. Kept elsewhere, `newestHash` also shows when entries are cut off its end.',
          schema: v.strictObject({ entries: timeSchema, newestHash: v.string(), brokenAt: v.nullable(timeSchema) })
        }
      },
      handle: async () => ({ status: 200, body: await checkAudit(db) })
    })
  ];
}

function readCursor(cursor: string): AuditCursor {
  const [entry, storedUs, seq, deviceId] = cursor.split('~');
  const operation = deviceId === undefined ? null : { storedUs: Number(storedUs), seq: Number(seq), deviceId };
  return { entry: Number(entry), operation };
}

function writeCursor({ entry, operation }: AuditCursor): string {
  return `${entry}~${operation ? [operation.storedUs, operation.seq, operation.deviceId].join('~') : ''}`;
}
