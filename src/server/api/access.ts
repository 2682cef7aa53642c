/** Whether a caller may call a route: the one place where the table of roles meets the table of routes. */
import { isAllowed, type Permission } from '../../lib/domain/role';
import type { Access, Caller } from './route';

export { visibleGroups as groupsOf } from '../sync/visible';

/** `no` means: not even with these credentials; `sign-in` means: say who you are. */
export function checkAccess(access: Access, caller: Caller): 'yes' | 'sign-in' | 'no' {
  if (access === 'public') return 'yes';
  if (caller.kind === 'nobody') return 'sign-in';
  return access === 'signed-in' || hasPermission(caller, access) ? 'yes' : 'no';
}

/** True where the caller's role, or what its key was made for, covers the permission. */
export function hasPermission(caller: Caller, permission: Permission): boolean {
  if (caller.kind === 'nobody') return false;
  return caller.kind === 'key' ? caller.permissions.includes(permission) : isAllowed(caller.role, permission);
}

/** Who a log line or a journal means: kind and id, never a name or a secret. */
export function callerId(caller: Caller): string {
  switch (caller.kind) {
    case 'nobody':
      return 'nobody';
    case 'user':
      return `user:${caller.userId}`;
    case 'device':
      return `device:${caller.deviceId}`;
    case 'key':
      return `key:${caller.keyId}`;
  }
}
