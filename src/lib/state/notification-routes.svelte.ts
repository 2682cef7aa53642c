/** Who is told of alarms by the backend, what could not be delivered, and this browser's web push. Loaded by its page alone. */
import { askBackend, hasList, hasTexts, isNothing } from '../bridge/backend';
import type { AlarmPriority } from '../domain/alarm';
import type { NotificationRoute, QuietHours } from '../domain/notification-route';
import { fail, ok, type Result } from '../domain/result';
import { app } from './app.svelte';

export interface DeadLetter {
  id: string;
  routeName: string;
  size: number;
  tries: number;
  lastError: string;
  deadMs: number;
}

const base = '/api/v1/notifications';

const hasLetters = (value: unknown): value is { deadLetters: DeadLetter[] } => {
  const list = (value as { deadLetters?: unknown } | null)?.deadLetters;
  return Array.isArray(list) && list.every((item) => typeof item?.id === 'string' && typeof item?.size === 'number');
};
const hasOutcome = (value: unknown): value is { isSent: boolean; detail: string } =>
  hasTexts('detail')(value) && typeof (value as Record<string, unknown>).isSent === 'boolean';
const isAny = (value: unknown): value is unknown => value !== undefined;

export class NotificationView {
  /** Null until the backend has said so; so are the messages that it could not deliver. */
  routes = $state.raw<NotificationRoute[] | null>(null);
  deadLetters = $state.raw<DeadLetter[] | null>(null);
  /** Where this browser is told; null where it is not. */
  endpoint = $state<string | null>(null);
  /** Whether this browser can be told at all. */
  readonly canPush = 'serviceWorker' in navigator && 'PushManager' in globalThis;

  /** Reads what this person may see. */
  async refresh(): Promise<Result<null>> {
    this.endpoint = (await (await findPush())?.getSubscription())?.endpoint ?? null;
    if (!app.session.account || !app.session.may('notifications.manage')) return ok(null);
    const routes = await askBackend('GET', `${base}/routes`, undefined, hasList<'routes', NotificationRoute>('routes'));
    if (!routes.ok) return routes;
    this.routes = routes.value.routes;
    const letters = await askBackend('GET', `${base}/dead-letters`, undefined, hasLetters);
    if (!letters.ok) return letters;
    this.deadLetters = letters.value.deadLetters;
    return ok(null);
  }

  /** Adds a route as the form has made it; the backend checks it. */
  async add(route: object): Promise<Result<null>> {
    return this.#then(await askBackend('POST', `${base}/routes`, { isEnabled: true, ...route }, isAny));
  }

  /** Changes parts of a route. */
  async change(id: string, change: object): Promise<Result<null>> {
    return this.#then(await askBackend('PATCH', `${base}/routes/${id}`, change, isAny));
  }

  async drop(what: 'routes' | 'dead-letters', id: string): Promise<Result<null>> {
    return this.#then(await askBackend('DELETE', `${base}/${what}/${id}`, undefined, isNothing));
  }

  async retry(id: string): Promise<Result<null>> {
    return this.#then(await askBackend('POST', `${base}/dead-letters/${id}/retry`, undefined, isNothing));
  }

  /** Sends a test; returns why it did not arrive, or an empty text. */
  async test(id: string): Promise<Result<string>> {
    const tried = await askBackend('POST', `${base}/routes/${id}/test`, undefined, hasOutcome);
    return tried.ok ? ok(tried.value.isSent ? '' : tried.value.detail) : tried;
  }

  /** Has this browser told of alarms from that priority on, also while Pumpside is closed. */
  async subscribe(leastPriority: AlarmPriority, quiet: QuietHours | null): Promise<Result<null>> {
    const key = await askBackend('GET', `${base}/push/key`, undefined, hasTexts('publicKey'));
    if (!key.ok) return key;
    const push = await findPush();
    if (!push) return fail('refused', 'web push', 'no service worker', 'the installed app');
    let subscription: PushSubscription;
    try {
      subscription = await subscribeAnew(push, key.value.publicKey);
    } catch (error) {
      return fail('refused', 'web push', String(error), 'the permission to notify, and a way to the push service');
    }
    const { endpoint, keys } = subscription.toJSON();
    const kept = await askBackend(
      'POST',
      `${base}/push/subscribe`,
      { endpoint, keys, leastPriority, quiet },
      isNothing
    );
    if (!kept.ok) await subscription.unsubscribe();
    this.endpoint = kept.ok ? subscription.endpoint : null;
    return kept;
  }

  /** Ends it here, whatever the backend knows of it. */
  async unsubscribe(): Promise<Result<null>> {
    const endpoint = this.endpoint;
    await (await (await findPush())?.getSubscription())?.unsubscribe();
    this.endpoint = null;
    const ended = await askBackend('POST', `${base}/push/unsubscribe`, { endpoint }, isNothing);
    return !ended.ok && ended.fault.code === 'refused' ? ok(null) : ended;
  }

  async #then(done: Result<unknown>): Promise<Result<null>> {
    return done.ok ? this.refresh() : done;
  }
}

async function findPush(): Promise<PushManager | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  return (await navigator.serviceWorker.getRegistration())?.pushManager;
}

/** A subscription made for another server's key is of no use, and stands in the way. */
async function subscribeAnew(push: PushManager, applicationServerKey: string): Promise<PushSubscription> {
  const wanted = { userVisibleOnly: true, applicationServerKey };
  try {
    return await push.subscribe(wanted);
  } catch (error) {
    const old = await push.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return push.subscribe(wanted);
  }
}
