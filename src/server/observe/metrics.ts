/** What the server counts, in the words of Prometheus. Labels are routes of the table and codes: few, and never what somebody sent. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { IngestCounts } from '../scoring/ingest';

export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; ms: number }): void;
  observePush(outcomes: { applied: number; duplicate: number; refused: number; halted: boolean }): void;
  observeQuery(ms: number, isFailed: boolean): void;
  /** What is asked for the counts of readings when somebody looks. */
  watchIngest(counts: () => IngestCounts): void;
  /** Everything as text. */
  write(): Promise<{ text: string; type: string }>;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the counters, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'pumpside_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers
  });
  const duration = new Histogram({
    name: 'pumpside_http_request_duration_seconds',
    help: 'Time to the answer, for streams to its beginning.',
    labelNames: ['method', 'route'],
    buckets: seconds,
    registers
  });
  const operations = new Counter({
    name: 'pumpside_push_operations_total',
    help: 'Operations that devices pushed, by what became of them.',
    labelNames: ['outcome'],
    registers
  });
  const halts = new Counter({ name: 'pumpside_push_halts_total', help: 'Pushes that stopped short.', registers });
  const queries = new Histogram({
    name: 'pumpside_db_duration_seconds',
    help: 'Time of a statement or transaction, waiting included.',
    labelNames: ['outcome'],
    buckets: seconds,
    registers
  });
  let countIngest: (() => IngestCounts) | null = null;
  new Gauge({
    name: 'pumpside_ingest_waiting',
    help: 'Readings that wait to be stored.',
    registers,
    collect() {
      this.set(countIngest?.().waiting ?? 0);
    }
  });
  new Counter({
    name: 'pumpside_ingest_readings_total',
    help: 'Readings, by what became of them.',
    labelNames: ['outcome'],
    registers,
    collect() {
      const counts = countIngest?.();
      if (!counts) return;
      this.reset();
      this.inc({ outcome: 'stored' }, counts.stored);
      this.inc({ outcome: 'refused' }, counts.refused);
      this.inc({ outcome: 'not-stored' }, counts.notStored);
    }
  });

  return {
    observeRequest({ method, route, status, ms }) {
      requests.inc({ method: knownMethod(method), route, status });
      duration.observe({ method: knownMethod(method), route }, ms / 1000);
    },
    observePush({ halted, ...outcomes }) {
      for (const [outcome, count] of Object.entries(outcomes)) operations.inc({ outcome }, count);
      if (halted) halts.inc();
    },
    observeQuery: (ms, isFailed) => queries.observe({ outcome: isFailed ? 'failed' : 'done' }, ms / 1000),
    watchIngest: (counts) => (countIngest = counts),
    write: async () => ({ text: await registry.metrics(), type: registry.contentType })
  };
}

/** Anybody may make methods up. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}
