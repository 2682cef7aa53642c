/** Which pumps a caller may see, and what a caller may ask to have done with them. */
import type { AlarmEvent } from '../../lib/domain/alarm';
import type { Entity, Operation } from '../../lib/domain/operation';
import { isAllowed, type Permission } from '../../lib/domain/role';
import { isAct } from '../../lib/sync/apply';
import type { Caller } from '../api/route';

/** The equipment groups whose pumps the caller sees, besides those of no group; null for all. */
export function visibleGroups(caller: Caller): string[] | null {
  if (caller.kind === 'nobody') return [];
  return caller.kind !== 'key' && caller.role === 'administrator' ? null : caller.groups;
}

/** Why the caller may not do this to a pump with that card, or null where it may. */
export function findObjection(caller: Caller, operation: Operation, card: Entity<'asset'> | undefined): string | null {
  const permission = permissionFor(operation, card);
  if (!may(caller, permission)) return `needs ${permission}`;
  if (!sees(caller, card?.body?.group ?? '')) return 'this pump is of another group';
  if (operation.kind === 'asset' && !sees(caller, operation.body.group)) return 'to a group of other people';
  // A device carries what several people did; who is signed in by a session speaks for nobody else.
  const isForeign = caller.kind === 'user' && ![caller.name, caller.userId, ''].includes(operation.userId);
  return isForeign ? 'done by somebody else' : null;
}

function may(caller: Caller, permission: Permission): boolean {
  if (caller.kind === 'nobody') return false;
  return caller.kind === 'key' ? caller.permissions.includes(permission) : isAllowed(caller.role, permission);
}

function sees(caller: Caller, group: string): boolean {
  const groups = visibleGroups(caller);
  return groups === null || group === '' || groups.includes(group);
}

function permissionFor(operation: Operation, card: Entity<'asset'> | undefined): Permission {
  switch (operation.kind) {
    case 'asset': {
      const hasOtherGroup = operation.body.group !== (card?.body?.group ?? '');
      return hasOtherGroup ? 'rules.change' : 'alarms.act';
    }
    case 'alarm':
      return permissionForEvent(operation.body.event, operation.body.deviceId === operation.deviceId);
    case 'rule':
      return 'rules.change';
    case 'promotion':
      return 'models.promote';
    case 'finding':
      return 'readings.ingest';
    default:
      return 'alarms.act';
  }
}

function permissionForEvent(event: AlarmEvent, isOwn: boolean): Permission {
  // That the time of another device's shelf is up is a matter of clocks.
  if (!isAct(event)) return isOwn ? 'readings.ingest' : 'alarms.read';
  const isService = event.kind === 'remove-from-service' || event.kind === 'return-to-service';
  return isService ? 'maintenance.write' : 'alarms.act';
}
