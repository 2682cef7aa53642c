/** The endpoints by which the server is seen from outside. */
import * as v from 'valibot';
import type { Metrics } from '../observe/metrics';
import { defaultModel, type Models } from '../scoring/models';
import type { Ingest } from '../scoring/ingest';
import type { Simulation } from '../scoring/simulation';
import type { Db } from '../store/db';
import { hasPermission } from './access';
import { describeReason, refusalSchema, refuse } from './refusal';
import { defineRoute, type Route } from './route';

export interface SystemPlace {
  db: Db;
  ingest: Ingest;
  models: Models;
  simulation: Simulation;
  metrics: Metrics;
  version: string;
  startedMs: number;
  nowMs: () => number;
}

/** A database that has not answered by then is not well. */
const patienceMs = 2000;

const healthOut = v.strictObject({
  status: v.picklist(['ok', 'failing']),
  isLive: v.literal(true),
  isReady: v.boolean(),
  database: v.picklist(['ok', 'failing'])
});

const number = v.number();
const systemOut = v.strictObject({
  status: v.picklist(['ok', 'degraded']),
  version: v.string(),
  startedMs: number,
  uptimeS: number,
  database: v.strictObject({ kind: v.string(), isAnswering: v.boolean(), ms: number }),
  ingest: v.strictObject({
    waiting: number,
    assets: number,
    stored: number,
    refused: number,
    notStored: number,
    placed: v.record(v.string(), number)
  }),
  model: v.strictObject({ name: v.string(), isReady: v.boolean(), fault: v.nullable(v.string()) }),
  models: v.array(v.string()),
  isSimulating: v.boolean(),
  memory: v.strictObject({ residentBytes: number, heapBytes: number })
});

/** The rows. */
export function systemRoutes(place: SystemPlace): Route[] {
  const { db, ingest, models, simulation, metrics, nowMs } = place;

  async function askDatabase(): Promise<{ isAnswering: boolean; ms: number }> {
    const startMs = nowMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), patienceMs)));
    const answered = db.query('SELECT 1').then(
      () => true,
      () => false
    );
    const isAnswering = await Promise.race([answered, late]);
    clearTimeout(timer);
    return { isAnswering, ms: Math.max(0, nowMs() - startMs) };
  }

  const ping = defineRoute({
    method: 'GET',
    path: '/api/ping',
    name: 'ping',
    summary: 'Says that the server can be reached.',
    tag: 'system',
    access: 'public',
    answers: { 200: { describes: 'It can.', schema: v.strictObject({ ok: v.literal(true) }) } },
    handle: () => ({ status: 200, body: { ok: true } })
  });

  const health = defineRoute({
    method: 'GET',
    path: '/health',
    name: 'getHealth',
    summary: 'Liveness by answering at all, readiness by status.',
    tag: 'system',
    access: 'public',
    answers: {
      200: { describes: 'Ready.', schema: healthOut },
      503: { describes: 'Live, not ready.', schema: healthOut }
    },
    async handle() {
      const { isAnswering } = await askDatabase();
      const status = isAnswering ? 'ok' : 'failing';
      return {
        status: isAnswering ? 200 : 503,
        body: { status, isLive: true, isReady: isAnswering, database: status }
      };
    }
  });

  const systemHealth = defineRoute({
    method: 'GET',
    path: '/api/system-health',
    name: 'getSystemHealth',
    summary: 'How the server is: its database, its model, its readings.',
    tag: 'system',
    access: 'system.read',
    cost: 2,
    answers: { 200: { describes: 'What there is to say.', schema: systemOut } },
    async handle() {
      const [database, model, names] = await Promise.all([askDatabase(), models.model(defaultModel), models.names()]);
      const { rss, heapUsed } = process.memoryUsage();
      return {
        status: 200,
        body: {
          status: database.isAnswering && model.ok ? 'ok' : 'degraded',
          version: place.version,
          startedMs: place.startedMs,
          uptimeS: Math.max(0, nowMs() - place.startedMs) / 1000,
          database: { kind: db.kind, ...database },
          ingest: ingest.counts(),
          model: { name: defaultModel, isReady: model.ok, fault: model.ok ? null : model.fault.code },
          models: names,
          isSimulating: simulation.running() !== null,
          memory: { residentBytes: rss, heapBytes: heapUsed }
        }
      };
    }
  });

  const metricsRoute = defineRoute({
    method: 'GET',
    path: '/metrics',
    name: 'getMetrics',
    summary: 'Counters in the words of Prometheus, for this machine and for who may read the system.',
    tag: 'system',
    access: 'public',
    answers: {
      200: { describes: 'Text.', schema: null },
      403: { describes: 'Asked from elsewhere without the permission system.read.', schema: refusalSchema }
    },
    async handle({ caller, address, isForwarded, requestId }) {
      const isHere = !isForwarded && /^(?:127\.|::1$)/.test(address);
      if (!isHere && !hasPermission(caller, 'system.read')) {
        return refuse(
          describeReason(403, 'forbidden', '/metrics', caller.kind, 'this machine, or system.read'),
          requestId
        );
      }
      const { text, type } = await metrics.write();
      return new Response(text, { headers: { 'Content-Type': type } });
    }
  });

  return [ping, health, systemHealth, metricsRoute];
}
