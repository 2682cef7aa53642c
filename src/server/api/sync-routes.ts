/** The endpoints of synchronisation: push, pull, and the pokes that say when a pull is worth it. What they mean is in `sync`. */
import {
  pullLimit,
  pullPageSchema,
  pullQuerySchema,
  pushAnswerSchema,
  pushRequestSchema,
  schemaHeader,
  type PushRequest
} from '../../lib/sync/protocol';
import { oldestSchema } from '../../lib/sync/version';
import { pullForDevice, type PullViews } from '../sync/pull-view';
import { pushOperations } from '../sync/push';
import type { SyncStore } from '../sync/store';
import type { OpenPokes } from './pokes';
import { describeReason, refuse } from './refusal';
import { defineRoute, type Caller, type Route } from './route';

export interface SyncPlace {
  store: SyncStore;
  views: PullViews;
  openPokes: OpenPokes;
  /** Whether a device has a key, by which all that comes from it must be signed. */
  hasKey: (deviceId: string) => Promise<boolean>;
  nowMs: () => number;
  /** Told what a push came to. */
  onPush: (outcomes: { applied: number; duplicate: number; refused: number; halted: boolean }) => void;
}

const outdated = {
  describes: 'The device writes a version that is no longer taken: the app has to be updated.',
  schema: null
};

/** The rows. */
export function syncRoutes(place: SyncPlace): Route[] {
  const push = defineRoute({
    method: 'POST',
    path: '/api/v1/sync/push',
    name: 'pushOperations',
    summary:
      'Takes a device’s operations in their order, and says of each what became of it. A device that is registered signs them.',
    tag: 'sync',
    access: 'signed-in',
    body: pushRequestSchema,
    cost: 10,
    answers: {
      200: { describes: 'A result for each operation that was settled.', schema: pushAnswerSchema },
      426: outdated
    },
    async handle({ body, caller, request, requestId }) {
      if (isOutdated(request)) return { status: 426, body: null };
      if (caller.kind !== 'device' && (await place.hasKey(body.deviceId))) {
        return refuse(unsigned('body', caller), requestId);
      }
      // The types name the kinds of today; applying answers for all others.
      const answer = await pushOperations(place.store, caller, body as unknown as PushRequest, place.nowMs());
      const count = (outcome: string) => answer.results.filter((each) => each.outcome === outcome).length;
      place.onPush({
        applied: count('applied'),
        duplicate: count('duplicate'),
        refused: count('refused'),
        halted: answer.halted !== null
      });
      return { status: 200, body: answer };
    }
  });

  const pull = defineRoute({
    method: 'GET',
    path: '/api/v1/sync/pull',
    name: 'pullChanges',
    summary:
      'What has changed since a cursor, in the order of its changing. A device that may see something else than before begins anew.',
    tag: 'sync',
    access: 'alarms.read',
    query: pullQuerySchema,
    cost: 2,
    answers: { 200: { describes: 'A page of changes.', schema: pullPageSchema }, 426: outdated },
    async handle({ query: { cursor, deviceId }, caller, request, requestId }) {
      if (isOutdated(request)) return { status: 426, body: null };
      // What a device was shown is noted by its id: nobody else may change that.
      const isForeign = caller.kind === 'device' ? caller.deviceId !== deviceId : await place.hasKey(deviceId);
      if (isForeign) return refuse(unsigned('query', caller), requestId);
      return { status: 200, body: await pullForDevice(place, caller, Number(cursor), pullLimit, deviceId) };
    }
  });

  const poke = defineRoute({
    method: 'GET',
    path: '/api/v1/sync/poke',
    name: 'streamPokes',
    summary: 'Server-sent events: `poke`, whose data is the newest cursor, as soon as something has changed.',
    tag: 'sync',
    access: 'alarms.read',
    answers: { 200: { describes: 'A stream of events.', schema: null } },
    async handle({ signal, requestId }) {
      const stream = await place.openPokes(signal);
      return (
        stream ??
        refuse(describeReason(503, 'busy', 'streams', 'too many', 'fewer', { 'Retry-After': '30' }), requestId)
      );
    }
  });

  return [push, pull, poke];
}

/** Somebody asks under the id of a device that signs what is its own. */
function unsigned(part: 'body' | 'query', { kind }: Caller) {
  return describeReason(403, 'unsigned', `${part}.deviceId`, kind, 'the signature of this device');
}

/** A device that does not say what it writes is one of the first version. */
function isOutdated(request: Request): boolean {
  const given = request.headers.get(schemaHeader);
  return given !== null && !(Number(given) >= oldestSchema);
}
