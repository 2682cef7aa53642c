/** Hands a device what has changed since its cursor: entities as they are now, in the order of their revisions. */
import type { PullPage } from '../../lib/domain/ledger';
import type { Caller } from '../api/route';
import type { SyncStore } from './store';
import { visibleGroups } from './visible';

/** How often a page is read anew because the device's own operations were settled meanwhile. */
const attempts = 5;

/** Changes above `cursor`, at most `limit`, that the caller may see. A cursor that the backend cannot go on from asks for a reset. */
export async function pullChanges(
  store: SyncStore,
  caller: Caller,
  cursor: number,
  limit: number,
  deviceId: string
): Promise<PullPage> {
  const lastSeqOf = async () => (await store.progress(deviceId))?.lastSeq ?? 0;
  for (let attempt = 0; ; attempt++) {
    const lastSeq = await lastSeqOf();
    const { newest, floor } = await store.version();
    if (cursor > newest || (cursor > 0 && cursor < floor)) {
      return { changes: [], cursor: 0, lastSeq, more: true, resetRequired: true };
    }
    const changes = await store.changesSince(cursor, limit, visibleGroups(caller));
    // The device does its operations above `lastSeq` anew on top of these changes, so they must count in exactly those up to it.
    if ((await lastSeqOf()) !== lastSeq) {
      if (attempt < attempts) continue;
      return { changes: [], cursor, lastSeq, more: true, resetRequired: false };
    }
    const more = changes.length >= limit;
    const reached = changes.at(-1)?.rev ?? cursor;
    // Revisions follow the order of commits: up to what was the newest before the changes were read, none can come later.
    return { changes, cursor: more ? reached : Math.max(newest, reached), lastSeq, more, resetRequired: false };
  }
}
