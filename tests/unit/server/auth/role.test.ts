/** The table of roles against what each person of the plant is there for. */
import { expect, it } from 'vitest';
import { canGrant, deviceRole, isAllowed, keyPermissions, permissions, permissionsOf, roles } from '$lib/domain/role';
import type { Permission, Role } from '$lib/domain/role';

const managing: Permission[] = ['users.manage', 'devices.manage', 'keys.manage', 'audit.read'];

it.each<[Role, Permission[], Permission[]]>([
  [
    'inspector',
    ['alarms.act', 'maintenance.write', 'readings.ingest'],
    ['rules.change', 'models.promote', ...managing]
  ],
  ['engineer', ['rules.change', 'models.promote', 'system.read'], ['notifications.manage', ...managing]],
  ['head', ['notifications.manage', 'devices.manage', 'audit.read'], ['users.manage', 'keys.manage']],
  ['management', ['alarms.read', 'history.read', 'maintenance.read'], ['alarms.act', 'maintenance.write', ...managing]],
  ['administrator', [...permissions], []]
])('%s may what they are there for, and not the rest', (role, may, mayNot) => {
  expect(may.filter((each) => !isAllowed(role, each))).toEqual([]);
  expect(mayNot.filter((each) => isAllowed(role, each))).toEqual([]);
});

it('no device and no key may manage people, devices or keys', () => {
  for (const role of roles) expect(managing.filter((each) => isAllowed(deviceRole(role), each))).toEqual([]);
  expect(keyPermissions.filter((each) => managing.includes(each))).toEqual([]);
});

it('a device never may more than the role it was registered for', () => {
  for (const role of roles) expect(canGrant(permissionsOf(role), permissionsOf(deviceRole(role)))).toBe(true);
});
