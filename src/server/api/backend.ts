/**
 * The backend over an open database, wired: who asks, what readings become, what devices exchange, and the table of endpoints. It contains
 * no rule of its own. Whoever starts it closes it, and the database after it.
 */
import type { Hono } from 'hono';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/domain/clock';
import { createAuthenticate } from '../auth/authenticate';
import { hasDeviceKey } from '../auth/devices';
import { standardCost, type ScryptCost } from '../auth/password';
import { createRateLimit, createTryLimit } from '../auth/rate-limit';
import { pruneDaily } from '../daily-pruning';
import { openNotifications, type NotificationSettings } from '../notify/open-notifications';
import type { Metrics } from '../observe/metrics';
import { timeDb } from '../observe/timed-db';
import { createAssetGroups } from '../scoring/asset-groups';
import { openEngine } from '../scoring/engine';
import { createIngest } from '../scoring/ingest';
import { createModels, defaultModel } from '../scoring/models';
import { createReadingsStore } from '../scoring/readings-store';
import { pruneForEver } from '../scoring/retention';
import { createSimulation } from '../scoring/simulation';
import type { Db } from '../store/db';
import { createSqlPullViews } from '../store/pull-views';
import { createSqlSyncStore } from '../store/sync-store';
import { createAddresses } from './addresses';
import { createPokes } from './pokes';
import { rememberKeys } from './remembered-keys';
import type { RateLimit, Route } from './route';
import { createApi, type ApiLog } from './router';
import { listRoutes } from './routes';

export interface BackendPlace {
  /** Where notifications may go; left out they reach no private address. */
  notifications?: NotificationSettings;
  db: Db;
  clock: Clock;
  /** ms, running on. */
  tickMs: () => number;
  log: ApiLog;
  metrics: Metrics;
  /** Folder of the models. */
  models: string;
  version: string;
  trustsProxy: boolean;
  /** Days that readings are kept. */
  keepDays: number;
  /** Ends when the server stops. */
  stopping: AbortSignal;
  /** Cost of a new password's hash; the usual one, but in tests. */
  passwordCost?: ScryptCost;
  checksAnswers?: boolean;
  /** How often one may ask; as plants need it, but in tests. */
  rateLimit?: RateLimit;
}

export interface Backend {
  api: Hono;
  routes: readonly Route[];
  /** Ends after what was taken is stored. The database stays open. */
  close(): Promise<void>;
}

const dayMs = 86_400_000;

/** Wires it; nothing runs before the first request but the deletion of what is old. */
export function createBackend(place: BackendPlace): Backend {
  const { clock, log, metrics, trustsProxy, tickMs } = place;
  const nowMs = clock.now;
  const db = timeDb(place.db, tickMs, metrics.observeQuery);
  const syncStore = createSqlSyncStore(db);
  const readings = createReadingsStore(db);
  const groups = createAssetGroups(db, syncStore);
  const models = createModels(place.models, openEngine);
  const addresses = createAddresses(trustsProxy);
  const onError = (err: unknown, what: string) => log.error({ err, what }, 'failed');
  const ingest = createIngest({ store: readings, model: () => models.model(defaultModel), nowMs, onError });
  const simulation = createSimulation(ingest, clock);
  const stopPruning = pruneForEver(readings, clock, place.keepDays * dayMs, onError);
  const endDaily = pruneDaily({
    db,
    clock,
    onPruned: (gone) => log.info(gone, 'pruned'),
    onError: (error) => onError(error, 'daily pruning')
  });
  metrics.watchIngest(ingest.counts);

  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const notifications = openNotifications(
    { db, store: syncStore, clock, random: Math.random, newId: randomUUID, onError },
    place.notifications ?? { allowsPrivate: false, contact: 'mailto:nobody@pumpside.invalid' }
  );
  const routes = listRoutes({
    notifications: notifications.endpoints,
    sync: {
      store: syncStore,
      views: createSqlPullViews(db),
      openPokes: createPokes(syncStore, clock.after),
      hasKey: (deviceId) => hasDeviceKey(db, deviceId),
      nowMs,
      onPush: metrics.observePush
    },
    readings: { db, ingest, store: readings, groups, nowMs },
    detect: { models, pause },
    maintenance: { db, groups, nowMs, newId: randomUUID },
    system: { db, ingest, models, simulation, metrics, version: place.version, startedMs: nowMs(), nowMs },
    account: {
      db,
      clock: nowMs,
      cost: place.passwordCost ?? standardCost,
      tries: createTryLimit(nowMs),
      trustsProxy
    }
  });

  const api = createApi({
    routes,
    authenticate: rememberKeys(createAuthenticate(db, nowMs, { trustsProxy, addressOf: addresses.of }), tickMs),
    rateLimit: place.rateLimit ?? createCallLimit(tickMs),
    addresses,
    log,
    metrics,
    nowMs: tickMs,
    stopping: place.stopping,
    checksAnswers: place.checksAnswers ?? false
  });
  return {
    api,
    routes,
    async close() {
      await notifications.close();
      stopPruning();
      await endDaily();
      groups.close();
      await simulation.stop();
      await ingest.close();
    }
  };
}

/** Who is known may send a reading every half millisecond; an address nobody has signed in from, what pages need. */
function createCallLimit(clock: () => number): RateLimit {
  const known = createRateLimit({ capacity: 10_000, perSecond: 2000, clock });
  const unknown = createRateLimit({ capacity: 200, perSecond: 50, clock });
  return (asked) => (asked.caller.kind === 'nobody' ? unknown : known)(asked);
}
