/** Endpoints by which devices are registered and revoked: all by who manages devices, one's own by anybody. */
import * as v from 'valibot';
import { canGrant, isAllowed, permissionsOf, roles } from '../../lib/domain/role';
import { listDevices, makeDeviceCode, registerDevice, revokeDevice } from '../auth/devices';
import {
  codeSchema,
  deedOf,
  groupsSchema,
  idSchema,
  nameSchema,
  permissionsOfCaller,
  refusals,
  refused,
  secretSchema,
  timeSchema,
  type AccountPlace
} from './account-place';
import { groupsOf } from './access';
import { defineRoute, type Answer, type Asked, type Caller, type Route } from './route';

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, '32 bytes of base64url'));

/** Strict, so that a private part sent by mistake is refused and not kept. */
const publicKeySchema = v.strictObject({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: coordinate,
  y: coordinate
});

const deviceSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  accountId: v.nullable(v.string()),
  role: v.picklist(roles),
  groups: groupsSchema,
  registeredMs: timeSchema,
  revokedMs: v.nullable(timeSchema),
  seenMs: v.nullable(timeSchema),
  skewMs: v.nullable(timeSchema)
});

type AnyAsked = Asked<unknown, unknown, unknown>;

export function deviceRoutes(place: AccountPlace): Route[] {
  const { db } = place;
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/devices/code',
      name: 'makeDeviceCode',
      summary: 'Makes the code for a device of the plant.',
      tag: 'account',
      access: 'devices.manage',
      body: v.strictObject({ role: v.picklist(roles), groups: groupsSchema }),
      answers: { 201: { describes: 'The code, shown this once.', schema: codeSchema }, ...refusals(403) },
      async handle(asked) {
        const { caller, body } = asked;
        const seen = groupsOf(caller);
        const isGiven = canGrant(permissionsOfCaller(caller), permissionsOf(body.role));
        if (!isGiven)
          return refused(asked, 403, 'forbidden', ['body.role', body.role, 'a role that may no more than you']);
        const foreign = seen && body.groups.find((group) => !seen.includes(group));
        if (foreign) return refused(asked, 403, 'forbidden', ['body.groups', foreign, 'groups that you see']);
        return { status: 201, body: await makeDeviceCode(db, { accountId: null, grant: body }, deedOf(place, asked)) };
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/account/device-code',
      name: 'makeOwnDeviceCode',
      summary: 'Makes the code for a device of one’s own, which may what one may oneself, but not manage.',
      tag: 'account',
      access: 'signed-in',
      answers: { 201: { describes: 'The code, shown this once.', schema: codeSchema }, ...refusals(403) },
      async handle(asked) {
        const { caller } = asked;
        if (caller.kind !== 'user') {
          return refused(asked, 403, 'forbidden', ['credentials', caller.kind, 'a person who is signed in']);
        }
        const grant = { role: caller.role, groups: caller.groups };
        const code = await makeDeviceCode(db, { accountId: caller.userId, grant }, deedOf(place, asked));
        return { status: 201, body: code };
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/devices',
      name: 'registerDevice',
      summary: 'Registers the key by which a device signs what it sends. Asked again it is done already.',
      tag: 'account',
      access: 'public',
      cost: 10,
      body: v.strictObject({
        code: secretSchema,
        deviceId: idSchema,
        name: nameSchema,
        publicKey: publicKeySchema,
        signature: v.pipe(v.string(), v.regex(/^[\w-]{86}$/, '64 bytes of base64url'))
      }),
      answers: {
        201: { describes: 'Registered.', schema: v.strictObject({ deviceId: v.string() }) },
        ...refusals(401, 409, 422, 429)
      },
      async handle(asked) {
        const waitMs = place.tries.take('', asked.address);
        if (waitMs > 0) return refuseTry(asked, Math.ceil(waitMs / 1000));
        const outcome = await registerDevice(db, asked.body, deedOf(place, asked));
        if (outcome !== 'registered') return refuseRegistration(asked, outcome);
        place.tries.giveBack('', asked.address);
        return { status: 201, body: { deviceId: asked.body.deviceId } };
      }
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/devices',
      name: 'listDevices',
      summary: 'All devices for who manages them, else one’s own.',
      tag: 'account',
      access: 'signed-in',
      answers: {
        200: { describes: 'Devices, by name.', schema: v.strictObject({ devices: v.array(deviceSchema) }) },
        ...refusals(403)
      },
      async handle(asked) {
        const of = ownerSeen(asked.caller);
        if (of === undefined) return refuseOther(asked);
        return { status: 200, body: { devices: await listDevices(db, of) } };
      }
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/devices/:id',
      name: 'revokeDevice',
      summary: 'Takes a device’s key out of use: any for who manages devices, else one’s own.',
      tag: 'account',
      access: 'signed-in',
      params: v.object({ id: idSchema }),
      answers: { 204: { describes: 'Revoked.', schema: null }, ...refusals(403, 404) },
      async handle(asked) {
        const of = ownerSeen(asked.caller);
        if (of === undefined) return refuseOther(asked);
        const isRevoked = await revokeDevice(db, asked.params.id, of, deedOf(place, asked));
        if (!isRevoked) return refused(asked, 404, 'not-found', ['path.id', asked.params.id, 'a device in use']);
        return { status: 204, body: null };
      }
    })
  ];
}

/** Whose devices a caller sees: null for everybody's, undefined for nobody's. */
function ownerSeen(caller: Caller): string | null | undefined {
  if (caller.kind !== 'user') return undefined;
  return isAllowed(caller.role, 'devices.manage') ? null : caller.userId;
}

function refuseOther(asked: AnyAsked): Answer {
  return refused(asked, 403, 'forbidden', ['credentials', asked.caller.kind, 'a person who is signed in']);
}

function refuseRegistration(asked: AnyAsked, why: 'bad-key' | 'bad-code' | 'id-taken'): Answer {
  switch (why) {
    case 'bad-key':
      return refused(asked, 422, why, ['body.signature', 'another', 'the signature of publicKey over id and code']);
    case 'bad-code':
      return refused(asked, 401, why, ['body.code', 'what does not hold', 'a code that was made for a device']);
    case 'id-taken':
      return refused(asked, 409, why, [
        'body.deviceId',
        'registered with another key',
        'a new id, or one that was revoked'
      ]);
  }
}

function refuseTry(asked: AnyAsked, afterS: number): Answer {
  const what: [string, string, string] = ['body', 'too many tries', `a wait of ${afterS} s`];
  return refused(asked, 429, 'too-often', what, { 'Retry-After': String(afterS) });
}
