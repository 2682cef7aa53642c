/** Keeps notifications going: reads the journal whenever it has grown, sends whenever something is due, deletes what is old. Knows no channel. */
import type { Clock } from '../../lib/domain/clock';
import type { Db } from '../store/db';
import type { SyncStore } from '../sync/store';
import { collectNotices } from './collect';
import { deliverDue } from './deliver';
import type { Notifier } from './notifier';
import { pruneNotifications } from './prune';
import { nextDue } from './queue';
import type { Channel } from './recipient';

export interface NotificationsPlace {
  db: Db;
  store: Pick<SyncStore, 'changesSince' | 'onChange'>;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  newId: () => string;
  openNotifier: (channel: Channel) => Notifier;
  onError: (error: unknown, what: string) => void;
}

export interface Notifications {
  /** Has what is due looked for now: after something was put into the queue by hand. */
  wake(): void;
  /** Ends once nothing runs any more. What was not sent is sent after the next start. */
  close(): Promise<void>;
}

/** Messages that are sent at once. */
const senders = 4;
const againMs = 5000;
/** Other servers may put something into the queue, and clocks may jump. */
const longestMs = 60_000;
const pruneEveryMs = 3_600_000;
/** Between two pieces, while there is more: nobody waits for it. */
const pruneRestMs = 250;

/** Starts at once with what was left. */
export function createNotifications(place: NotificationsPlace): Notifications {
  const { db, store, clock, newId, onError } = place;
  const stop = new AbortController();
  let callOff = () => {};
  let callOffPruning = () => {};

  const reading = createLoop(async () => {
    while (!stop.signal.aborted && (await collectNotices(db, store, clock.now(), newId)));
    sending.wake();
  }, 'read the alarm journal');

  const sending = createLoop(async () => {
    callOff();
    const each = { ...place, nowMs: clock.now, stopping: stop.signal };
    await Promise.all(Array.from({ length: senders }, () => deliverDue(each)));
    const nowMs = clock.now();
    const dueMs = (await nextDue(db, nowMs)) ?? nowMs + longestMs;
    if (!stop.signal.aborted) callOff = clock.after(Math.min(dueMs - nowMs, longestMs), () => sending.wake());
  }, 'send notifications');

  const pruning = createLoop(async () => {
    callOffPruning();
    const isMore = await pruneNotifications(db, clock.now());
    callOffPruning = clock.after(isMore ? pruneRestMs : pruneEveryMs, () => pruning.wake());
  }, 'delete old notifications');

  /** Runs one at a time, and once more where it was woken meanwhile. After a failure it tries again by itself. */
  function createLoop(work: () => Promise<void>, what: string) {
    let running: Promise<void> | null = null;
    let isWoken = false;
    const run = async () => {
      while (isWoken && !stop.signal.aborted) {
        isWoken = false;
        try {
          await work();
        } catch (error) {
          if (stop.signal.aborted) return;
          onError(error, what);
          clock.after(againMs, () => loop.wake());
        }
      }
    };
    const loop = {
      wake() {
        isWoken = true;
        running ??= run().finally(() => {
          running = null;
          // Woken after the last look.
          if (isWoken && !stop.signal.aborted) loop.wake();
        });
      },
      ended: async () => running
    };
    return loop;
  }

  const stopFollowing = store.onChange(() => reading.wake());
  reading.wake();
  pruning.wake();
  return {
    wake: () => sending.wake(),
    async close() {
      stop.abort();
      stopFollowing();
      callOff();
      callOffPruning();
      await reading.ended();
      await sending.ended();
      await pruning.ended();
    }
  };
}
