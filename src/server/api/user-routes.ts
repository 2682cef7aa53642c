/** Endpoints by which accounts are administered. Nobody gives a role that may what they may not. */
import * as v from 'valibot';
import { canGrant, permissionsOf, roles, type Role } from '../../lib/domain/role';
import { changeAccount, listAccounts, makeAccount, resetPassword } from '../auth/accounts';
import {
  codeSchema,
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
import { defineRoute, type Answer, type Asked, type Route } from './route';

const userSchema = v.strictObject({
  id: v.string(),
  name: v.string(),
  role: v.picklist(roles),
  groups: groupsSchema,
  isDisabled: v.boolean(),
  hasPassword: v.boolean(),
  createdMs: timeSchema
});

const params = v.object({ id: idSchema });
type AnyAsked = Asked<unknown, unknown, unknown>;

export function userRoutes(place: AccountPlace): Route[] {
  const { db } = place;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/users',
      name: 'listUsers',
      summary: 'All accounts, by name.',
      tag: 'account',
      access: 'users.manage',
      answers: { 200: { describes: 'Accounts.', schema: v.strictObject({ users: v.array(userSchema) }) } },
      handle: async () => ({ status: 200, body: { users: await listAccounts(db) } })
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/users',
      name: 'createUser',
      summary: 'Makes an account, and the code by which its owner sets a password.',
      tag: 'account',
      access: 'users.manage',
      body: v.strictObject({ name: nameSchema, role: v.picklist(roles), groups: groupsSchema }),
      answers: {
        201: {
          describes: 'Made. The code is shown this once.',
          schema: v.strictObject({ user: userSchema, ...codeSchema.entries })
        },
        ...refusals(403, 409)
      },
      async handle(asked) {
        const { body } = asked;
        if (!mayGive(asked, body.role)) return refuseRole(asked, body.role);
        const made = await makeAccount(db, body, deedOf(place, asked));
        if (made === 'name-taken') {
          return refused(asked, 409, 'name-taken', ['body.name', body.name, 'a name that no other account has']);
        }
        return { status: 201, body: { user: made.account, ...made.code } };
      }
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v1/users/:id',
      name: 'changeUser',
      summary: 'Changes an account’s role or groups, disables or enables it.',
      tag: 'account',
      access: 'users.manage',
      params,
      body: v.strictObject({
        role: v.optional(v.picklist(roles)),
        groups: v.optional(groupsSchema),
        isDisabled: v.optional(v.boolean())
      }),
      answers: { 200: { describes: 'The account as it is now.', schema: userSchema }, ...refusals(403, 404, 409) },
      async handle(asked) {
        const { role, groups, isDisabled } = asked.body;
        if (role && !mayGive(asked, role)) return refuseRole(asked, role);
        const change = {
          ...(role === undefined ? {} : { role }),
          ...(groups === undefined ? {} : { groups }),
          ...(isDisabled === undefined ? {} : { isDisabled })
        };
        const account = await changeAccount(db, asked.params.id, change, deedOf(place, asked));
        return typeof account === 'string'
          ? refuseChange(asked, asked.params.id, account)
          : { status: 200, body: account };
      }
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/users/:id/reset',
      name: 'resetUserPassword',
      summary: 'Takes an account’s password and sessions away, and makes the code for a new password.',
      tag: 'account',
      access: 'users.manage',
      params,
      answers: { 200: { describes: 'The code, shown this once.', schema: codeSchema }, ...refusals(404, 409) },
      async handle(asked) {
        const code = await resetPassword(db, asked.params.id, deedOf(place, asked));
        return typeof code === 'string' ? refuseChange(asked, asked.params.id, code) : { status: 200, body: code };
      }
    })
  ];
}

function mayGive(asked: AnyAsked, role: Role): boolean {
  return canGrant(permissionsOfCaller(asked.caller), permissionsOf(role));
}

function refuseRole(asked: AnyAsked, role: Role): Answer {
  return refused(asked, 403, 'forbidden', ['body.role', role, 'a role that may no more than you']);
}

function refuseChange(asked: AnyAsked, id: string, why: 'not-found' | 'last-administrator'): Answer {
  return why === 'not-found'
    ? refused(asked, 404, why, ['path.id', id, 'an account'])
    : refused(asked, 409, why, ['path.id', id, 'another administrator who can sign in']);
}
