/** Endpoints by which API keys are made and revoked. */
import * as v from 'valibot';
import { canGrant, keyPermissions, permissions } from '../../lib/domain/role';
import { listApiKeys, makeApiKey, revokeApiKey } from '../auth/api-keys';
import {
  deedOf,
  groupsSchema,
  idSchema,
  nameSchema,
  permissionsOfCaller,
  refusals,
  refused,
  timeSchema,
  type AccountPlace
} from './account-place';
import { groupsOf } from './access';
import { defineRoute, type Route } from './route';

const keySchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  prefix: v.string(),
  permissions: v.array(v.picklist(permissions)),
  groups: groupsSchema,
  madeMs: timeSchema,
  expiresMs: v.nullable(timeSchema),
  usedMs: v.nullable(timeSchema),
  revokedMs: v.nullable(timeSchema)
});

export function keyRoutes(place: AccountPlace): Route[] {
  const { db } = place;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/keys',
      name: 'listKeys',
      summary: 'All API keys, by their beginnings.',
      tag: 'account',
      access: 'keys.manage',
      answers: { 200: { describes: 'Keys, the newest first.', schema: v.strictObject({ keys: v.array(keySchema) }) } },
      handle: async () => ({ status: 200, body: { keys: await listApiKeys(db) } })
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/keys',
      name: 'createKey',
      summary: 'Makes an API key. It sees the assets of its groups, and those of none.',
      tag: 'account',
      access: 'keys.manage',
      body: v.strictObject({
        name: nameSchema,
        permissions: v.pipe(v.array(v.picklist(keyPermissions)), v.minLength(1), v.maxLength(keyPermissions.length)),
        groups: groupsSchema,
        /** Null for one that holds until it is revoked. */
        expiresMs: v.nullable(timeSchema)
      }),
      answers: {
        201: {
          describes: 'Made. `key` is shown this once.',
          schema: v.strictObject({ key: v.string(), info: keySchema })
        },
        ...refusals(403, 422)
      },
      async handle(asked) {
        const { caller, body } = asked;
        const seen = groupsOf(caller);
        const isGiven = canGrant(permissionsOfCaller(caller), body.permissions);
        if (!isGiven || (seen && body.groups.some((group) => !seen.includes(group)))) {
          return refused(asked, 403, 'forbidden', ['body', 'more than the caller may', 'what the caller may']);
        }
        if (body.expiresMs !== null && body.expiresMs <= place.clock()) {
          return refused(asked, 422, 'bad-input', ['body.expiresMs', String(body.expiresMs), 'a time to come, ms UTC']);
        }
        const accountId = caller.kind === 'user' ? caller.userId : null;
        return { status: 201, body: await makeApiKey(db, body, accountId, deedOf(place, asked)) };
      }
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/keys/:id',
      name: 'revokeKey',
      summary: 'Takes an API key out of use.',
      tag: 'account',
      access: 'keys.manage',
      params: v.object({ id: idSchema }),
      answers: { 204: { describes: 'Revoked.', schema: null }, ...refusals(404) },
      async handle(asked) {
        const isRevoked = await revokeApiKey(db, asked.params.id, deedOf(place, asked));
        if (!isRevoked) return refused(asked, 404, 'not-found', ['path.id', asked.params.id, 'a key in use']);
        return { status: 204, body: null };
      }
    })
  ];
}
