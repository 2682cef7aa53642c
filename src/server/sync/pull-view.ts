/**
 * What a device was shown before is right only as long as it may see the same, and was not away for longer than deleted things are kept. If
 * not, it is asked once to begin anew, from cursor 0. Only then is the new view noted, so that an answer that is lost is given again.
 */
import type { PullPage } from '../../lib/domain/ledger';
import type { Caller } from '../api/route';
import { pullChanges } from './pull';
import type { SyncStore } from './store';
import { visibleGroups } from './visible';

/** What devices were shown. A device that is not known here has begun too long ago, or before a backup was put back. */
export interface PullViews {
  /**
   * `sees`: what somebody of these groups (null: of all) sees of the plant, in a text that is another once a pump has left one of them.
   * `seen`: the same as it was when the device began, and when it last had everything, ms UTC; undefined where it is not known.
   */
  read(
    deviceId: string,
    groups: string[] | null
  ): Promise<{ sees: string; seen?: { view: string; currentMs: number } }>;
  write(deviceId: string, view: string, currentMs: number): Promise<void>;
}

interface PullPlace {
  store: SyncStore;
  views: PullViews;
  nowMs: () => number;
}

/** How often it is written down that a device has everything. */
const currentEveryMs = 86_400_000;

/** Changes above `cursor` as in `pullChanges`, or the request to begin anew. */
export async function pullForDevice(
  { store, views, nowMs }: PullPlace,
  caller: Caller,
  cursor: number,
  limit: number,
  deviceId: string
): Promise<PullPage> {
  const { sees, seen } = await views.read(deviceId, visibleGroups(caller));
  if (cursor === 0) {
    if (seen?.view !== sees) await views.write(deviceId, sees, nowMs());
  } else if (seen?.view !== sees) {
    const progress = await store.progress(deviceId);
    return { changes: [], cursor: 0, lastSeq: progress?.lastSeq ?? 0, more: true, resetRequired: true };
  }
  const page = await pullChanges(store, caller, cursor, limit, deviceId);
  const isCurrent = !page.more && seen?.view === sees;
  if (isCurrent && nowMs() - seen.currentMs >= currentEveryMs) await views.write(deviceId, sees, nowMs());
  return page;
}
