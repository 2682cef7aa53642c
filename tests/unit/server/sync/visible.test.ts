import { expect, it } from 'vitest';
import type { AlarmEvent } from '$lib/domain/alarm';
import type { Role } from '$lib/domain/role';
import { findObjection } from '../../../../src/server/sync/visible';
import { createSealer, draftEvent } from '../../../support/operation-samples';
import { eventOf } from '../../alarms/events';

/** What the backend objects to when somebody says so, on device `this`, of an alarm that `watcher` watches. */
function objection(role: Role, watcher: string, event: AlarmEvent): string | null {
  const operation = createSealer('this', 'ann')(draftEvent(watcher, event));
  return findObjection({ kind: 'device', deviceId: 'this', role, groups: [] }, operation, undefined);
}

it('lets whoever sees an alarm say that the time of its shelf is up, and do nothing else to it', () => {
  expect(objection('management', 'other', eventOf('expire'))).toBeNull();
  expect(objection('management', 'other', eventOf('unshelve'))).toBe('needs alarms.act');
  expect(objection('management', 'this', eventOf('return'))).toBe('needs readings.ingest');
  // Of its own the device says it without a look at the time.
  expect(objection('management', 'this', eventOf('expire'))).toBe('needs readings.ingest');
  expect(objection('inspector', 'this', eventOf('expire'))).toBeNull();
});
