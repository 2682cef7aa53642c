/** Who may do what: one table, enforced by the backend and mirrored by the pages. */

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

const reading: readonly Permission[] = ['alarms.read', 'history.read', 'maintenance.read'];
const inspecting: readonly Permission[] = [...reading, 'alarms.act', 'readings.ingest', 'detect', 'maintenance.write'];
const engineering: readonly Permission[] = [...inspecting, 'rules.change', 'models.promote', 'simulate', 'system.read'];

const table: Readonly<Record<Role, readonly Permission[]>> = {
  inspector: inspecting,
  engineer: engineering,
  head: [...engineering, 'notifications.manage', 'audit.read'],
  management: [...reading, 'system.read'],
  administrator: permissions
};

/** True where the role has the permission. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return table[role].includes(permission);
}
