/** Endpoints by which the audit log is read and checked. Nothing writes it from outside. */
import * as v from 'valibot';
import { auditKinds, checkAudit, readAudit } from '../auth/audit';
import { timeSchema, type AccountPlace } from './account-place';
import { defineRoute, type Route } from './route';

const entrySchema = v.strictObject({
  n: timeSchema,
  atMs: timeSchema,
  kind: v.picklist(auditKinds),
  actor: v.string(),
  subject: v.string(),
  address: v.string(),
  detail: v.record(v.string(), v.unknown()),
  prev: v.string(),
  hash: v.string()
});

const whole = (most: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'a whole number'), v.transform(Number), v.maxValue(most));

export function auditRoutes({ db }: AccountPlace): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/audit',
      name: 'readAudit',
      summary: 'The audit log, newest first; `before` is the number of the last entry seen.',
      tag: 'account',
      access: 'audit.read',
      query: v.object({
        before: v.optional(whole(Number.MAX_SAFE_INTEGER), '0'),
        limit: v.optional(v.pipe(whole(1000), v.minValue(1)), '100'),
        kind: v.optional(v.picklist(auditKinds))
      }),
      answers: { 200: { describes: 'Entries.', schema: v.strictObject({ entries: v.array(entrySchema) }) } },
      async handle({ query: { before, limit, kind = null } }) {
        return { status: 200, body: { entries: await readAudit(db, { before, limit, kind }) } };
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
