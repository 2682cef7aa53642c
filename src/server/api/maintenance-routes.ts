/** The endpoints of what was done to pumps. An event is written once; the same id again changes nothing. */
import * as v from 'valibot';
import type { AssetGroups } from '../scoring/asset-groups';
import type { Db } from '../store/db';
import { visibleGroups } from '../sync/visible';
import { callerId } from './access';
import { assetId, pageLimit, queryTime, time, timeMs } from './fields';
import { describeReason, refusalSchema, refuse } from './refusal';
import { defineRoute, type Route } from './route';

export interface MaintenancePlace {
  db: Db;
  groups: AssetGroups;
  nowMs: () => number;
  newId: () => string;
}

const kinds = ['inspection', 'lubrication', 'repair', 'replacement', 'calibration', 'overhaul', 'other'] as const;

const eventIn = v.strictObject({
  /** Made by the sender, so that sending twice is once. */
  id: v.optional(v.pipe(v.string(), v.uuid(), v.toLowerCase())),
  assetId,
  time,
  kind: v.picklist(kinds),
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  notes: v.optional(v.pipe(v.string(), v.maxLength(10_000)), ''),
  cost: v.optional(
    v.nullable(
      v.strictObject({
        amount: v.pipe(v.number(), v.minValue(0), v.maxValue(1e11)),
        currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/))
      })
    ),
    null
  )
});

const eventOut = v.strictObject({
  id: v.string(),
  assetId: v.string(),
  atMs: timeMs,
  kind: v.picklist(kinds),
  title: v.string(),
  notes: v.string(),
  cost: v.nullable(v.strictObject({ amount: v.number(), currency: v.string() })),
  recordedBy: v.string(),
  recordedMs: v.number()
});
type EventOut = v.InferOutput<typeof eventOut>;

interface EventRow extends Omit<EventOut, 'cost'> {
  amount: string | null;
  currency: string | null;
}

const columns = `id, asset_id AS "assetId", at_ms AS "atMs", kind, title, notes, cost AS amount, currency,
  recorded_by AS "recordedBy", recorded_ms AS "recordedMs"`;

/** The rows. */
export function maintenanceRoutes({ db, groups, nowMs, newId }: MaintenancePlace): Route[] {
  const add = defineRoute({
    method: 'POST',
    path: '/api/maintenance-events',
    name: 'addMaintenanceEvent',
    summary: 'Writes down what was done to a pump.',
    tag: 'maintenance',
    access: 'maintenance.write',
    body: eventIn,
    cost: 2,
    answers: {
      200: { describes: 'It was written before.', schema: eventOut },
      201: { describes: 'It is written.', schema: eventOut },
      409: { describes: 'Another event has this id.', schema: refusalSchema }
    },
    async handle({ body, caller, requestId }) {
      if ((await groups.hiddenFrom(visibleGroups(caller))).includes(body.assetId)) {
        const reason = describeReason(403, 'forbidden', 'body.assetId', body.assetId, 'a pump of the caller’s groups');
        return refuse(reason, requestId);
      }
      const id = body.id ?? newId();
      const [written] = await db.query<EventRow>(
        `INSERT INTO maintenance_event (id, asset_id, at_ms, kind, title, notes, cost, currency, recorded_by, recorded_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING RETURNING ${columns}`,
        [
          id,
          body.assetId,
          body.time,
          body.kind,
          body.title,
          body.notes,
          body.cost && body.cost.amount.toFixed(2),
          body.cost && body.cost.currency,
          callerId(caller),
          nowMs()
        ]
      );
      if (written) return { status: 201, body: showEvent(written) };
      const [before] = await db.query<EventRow>(`SELECT ${columns} FROM maintenance_event WHERE id = $1`, [id]);
      if (before && before.assetId === body.assetId && before.atMs === body.time && before.title === body.title) {
        return { status: 200, body: showEvent(before) };
      }
      return refuse(describeReason(409, 'other-event', 'body.id', id, 'an id of its own'), requestId);
    }
  });

  const list = defineRoute({
    method: 'GET',
    path: '/api/maintenance-events',
    name: 'listMaintenanceEvents',
    summary: 'What was done to pumps, newest first.',
    tag: 'maintenance',
    access: 'maintenance.read',
    query: v.strictObject({
      assetId: v.optional(assetId),
      from: v.optional(queryTime),
      to: v.optional(queryTime),
      cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,13}~[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/))),
      limit: pageLimit(100, 1000)
    }),
    cost: 2,
    answers: {
      200: {
        describes: 'A page; `next` is the `cursor` of the following one.',
        schema: v.strictObject({ events: v.array(eventOut), next: v.nullable(v.string()) })
      }
    },
    async handle({ query: { assetId = null, from = 0, to = Number.MAX_SAFE_INTEGER, cursor, limit }, caller }) {
      const hidden = await groups.hiddenFrom(visibleGroups(caller));
      const [atMs, id] = cursor?.split('~') ?? [Number.MAX_SAFE_INTEGER, 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
      const rows = await db.query<EventRow>(
        `SELECT ${columns} FROM maintenance_event
         WHERE ($1::text IS NULL OR asset_id = $1) AND asset_id <> ALL($2::text[]) AND at_ms BETWEEN $3 AND $4
         AND (at_ms, id) < ($5::bigint, $6::uuid) ORDER BY at_ms DESC, id DESC LIMIT $7`,
        [assetId, hidden, from, to, Number(atMs), id!, limit]
      );
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { status: 200, body: { events: rows.map(showEvent), next: last ? `${last.atMs}~${last.id}` : null } };
    }
  });

  return [add, list];
}

function showEvent({ amount, currency, ...event }: EventRow): EventOut {
  return { ...event, cost: amount === null || currency === null ? null : { amount: Number(amount), currency } };
}
