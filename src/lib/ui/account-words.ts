/** Roles, permissions and the exchange with the backend as words a person reads. */
import type { RefusalCode } from '../domain/operation';
import type { Permission, Role } from '../domain/role';
import type { SyncOutcome, SyncStatus } from '../domain/sync-status';

const roleWords: Record<Role, string> = {
  inspector: 'Inspector',
  engineer: 'Reliability engineer',
  head: 'Plant head',
  management: 'Management',
  administrator: 'Administrator'
};

const permissionWords: Record<Permission, string> = {
  'alarms.read': 'See alarms',
  'alarms.act': 'Act on alarms',
  'rules.change': 'Change alarm rules',
  'models.promote': 'Promote models',
  'history.read': 'See history',
  'readings.ingest': 'Send readings',
  detect: 'Ask for scores',
  'maintenance.read': 'See maintenance',
  'maintenance.write': 'Write maintenance',
  simulate: 'Simulate',
  'system.read': 'See the system',
  'notifications.manage': 'Manage notifications',
  'users.manage': 'Manage accounts',
  'devices.manage': 'Manage devices',
  'keys.manage': 'Manage keys',
  'audit.read': 'Read the audit log'
};

const refusalWords: Record<RefusalCode, string> = {
  conflict: 'Somebody else has changed it meanwhile',
  'bad-body': 'The backend cannot make sense of it',
  'unknown-kind': 'The backend is older than this app',
  forbidden: 'The account may not do this',
  'not-yours': 'It belongs to another device'
};

const pauseWords: Record<Extract<SyncOutcome, { kind: 'paused' }>['why'], string> = {
  'signed-out': 'Paused: sign in again. Nothing is lost.',
  forbidden: 'Paused: the backend takes nothing from this account or device. Nothing is lost; ask who manages devices.',
  outdated: 'Paused: update the app, then it goes on. Nothing is lost.',
  'too-large': 'Paused: something is too large for the backend. Nothing is lost.',
  unacceptable: 'Paused: the backend does not take what is sent. Nothing is lost.'
};

export const roleWord = (role: Role): string => roleWords[role];
export const permissionWord = (permission: Permission): string => permissionWords[permission];
export const refusalWord = (code: RefusalCode): string => refusalWords[code];

/** How the exchange stands, in one sentence. */
export function syncSentence({ isRunning, last, pending }: SyncStatus): string {
  if (last?.kind === 'paused') return pauseWords[last.why];
  if (last?.kind === 'later' && last.why === 'older-backend') {
    return 'The backend is older than this app: what waits here is sent once it is updated. Nothing is lost.';
  }
  if (last?.kind === 'later') return 'The backend does not answer; it is tried again by itself.';
  if (pending > 0) return isRunning ? 'Sending.' : 'Waiting to be sent.';
  return last ? 'Everything is exchanged.' : 'Not exchanged yet.';
}
