import { expect, test } from 'vitest';
import { isAllowed, permissions, roles, type Permission } from '$lib/domain/role';
import type { Caller, Route } from '../../../../src/server/api/route';
import { allRoutes } from './all-routes';
import { createSmallApi } from './small-api';

/** Every kind of caller there is, by the name under which the test asks. */
const callers: Record<string, Caller> = {
  ...Object.fromEntries(
    roles.map((role) => [role, { kind: 'user', userId: role, name: role, role, groups: [], sessionId: 's' }])
  ),
  ...Object.fromEntries(
    roles.map((role) => [`device of ${role}`, { kind: 'device', deviceId: 'd', role, groups: [] }])
  ),
  'key for nothing': { kind: 'key', keyId: 'k', name: 'k', permissions: [], groups: [] },
  'key for everything': { kind: 'key', keyId: 'k', name: 'k', permissions: [...permissions], groups: [] },
  ...Object.fromEntries(
    permissions.map((permission) => [
      `key for ${permission}`,
      { kind: 'key', keyId: 'k', name: 'k', permissions: [permission], groups: [] }
    ])
  )
};

const routes = allRoutes();
/** The same rows, whose handlers say only that they were reached, and which take any input. */
const { api } = createSmallApi(
  routes.map(({ method, path, name, summary, tag, access }): Route => {
    const answers = { 299: { describes: 'Reached.', schema: null } };
    return { method, path, name, summary, tag, access, answers, handle: () => ({ status: 299, body: null }) };
  }),
  callers
);

/** What the two tables say: the row's access, and the role's or key's permissions. */
function expectedStatus({ access }: Route, caller: Caller | undefined): number {
  if (access === 'public') return 299;
  if (!caller || caller.kind === 'nobody') return 401;
  if (access === 'signed-in') return 299;
  const may: boolean =
    caller.kind === 'key' ? caller.permissions.includes(access as Permission) : isAllowed(caller.role, access);
  return may ? 299 : 403;
}

test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s: every caller is let in or turned away as the tables say',
  async (_, route) => {
    const path = route.path.replaceAll(/:\w+/g, 'x');
    const wrong: string[] = [];
    for (const [name, caller] of [['nobody', undefined] as const, ...Object.entries(callers)]) {
      const headers: Record<string, string> = caller ? { Authorization: name } : {};
      const { status } = await api.request(path, { method: route.method, headers });
      const expected = expectedStatus(route, caller);
      if (status !== expected) wrong.push(`${name}: ${status}, expected ${expected}`);
    }
    expect(wrong).toEqual([]);
  }
);

/** What each endpoint asks for, written down a second time: a row whose access is changed by mistake is noticed. */
test('endpoints ask for what they are meant to ask for', () => {
  const rows = routes.map(({ method, path, access }) => `${method} ${path}: ${access}`);
  expect(rows).toMatchSnapshot();
});

test('whoever may do nothing reaches only what is public or for anybody known', () => {
  const reached = routes.filter((route) => expectedStatus(route, callers['key for nothing']) === 299);
  expect(reached.every(({ access }) => access === 'public' || access === 'signed-in')).toBe(true);
});
