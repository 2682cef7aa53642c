/**
 * Who may do what: one table, enforced by the backend and mirrored by the pages. A role names a person of the plant; each sees what the
 * groups of their account allow, the administrator everything.
 */

export const roles = ['inspector', 'engineer', 'head', 'management', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** What can be asked of the backend. */
export const permissions = [
  'alarms.read',
  'alarms.act',
  'rules.change',
  'models.promote',
  'history.read',
  'readings.ingest',
  'detect',
  'maintenance.read',
  'maintenance.write',
  'simulate',
  'system.read',
  'notifications.manage',
  'users.manage',
  'devices.manage',
  'keys.manage',
  'audit.read'
] as const;
export type Permission = (typeof permissions)[number];

/** What needs a person or nobody: an API key can be made for everything else. */
const personal: readonly Permission[] = ['users.manage', 'devices.manage', 'keys.manage', 'audit.read'];
export const keyPermissions: readonly Permission[] = permissions.filter((each) => !personal.includes(each));

const reading: readonly Permission[] = ['alarms.read', 'history.read', 'maintenance.read'];
const inspecting: readonly Permission[] = [...reading, 'alarms.act', 'readings.ingest', 'detect', 'maintenance.write'];
const engineering: readonly Permission[] = [...inspecting, 'rules.change', 'models.promote', 'simulate', 'system.read'];

const table: Readonly<Record<Role, readonly Permission[]>> = {
  // At the pump: reads, measures, acknowledges, shelves, writes the work order. Limits and models are not theirs to move.
  inspector: inspecting,
  // In the office: answers for limits and models, and for whether the system that judges by them is well.
  engineer: engineering,
  // Answers for the plant: also who is called out, which tablets take part, and who did what.
  head: [...engineering, 'notifications.manage', 'devices.manage', 'audit.read'],
  // Looks at risk and cost, changes nothing.
  management: reading,
  // Everything: in a small plant it is the only account there is.
  administrator: permissions
};

/** All that a role may do. */
export function permissionsOf(role: Role): readonly Permission[] {
  return table[role];
}

/** True where the role has the permission. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return table[role].includes(permission);
}

/** True where somebody with `own` permissions may hand out `wanted`: nobody gives what they do not have. */
export function canGrant(own: readonly Permission[], wanted: readonly Permission[]): boolean {
  return wanted.every((each) => own.includes(each));
}

/**
 * The role of a device nobody is signed in on, where it was registered for `role`. A key that lies in a tablet is not a person: it
 * carries what is done on the tablet and never manages people, devices or keys.
 */
export function deviceRole(role: Role): Role {
  return role === 'head' || role === 'administrator' ? 'engineer' : role;
}
