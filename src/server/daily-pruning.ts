/** Once a day, what nobody can need any more is deleted. Readings, which are many, are let go a little at a time by `scoring/retention`. */
import type { Clock } from '../lib/domain/clock';
import { pruneCredentials } from './auth/prune-credentials';
import type { Db } from './store/db';
import { pruneSync } from './store/prune-sync';

const firstMs = 300_000;
const everyMs = 86_400_000;
const againMs = 3_600_000;

interface DailyPruning {
  db: Db;
  clock: Clock;
  onPruned: (gone: { devices: number; deleted: number; credentials: number }) => void;
  /** It is tried again an hour later. */
  onError: (error: unknown) => void;
}

/** Begins; the function returned ends it, after what is under way. */
export function pruneDaily({ db, clock, onPruned, onError }: DailyPruning): () => Promise<void> {
  let isOver = false;
  let working = Promise.resolve();
  let callOff = clock.after(firstMs, start);

  function start(): void {
    working = work().then((nextMs) => {
      if (!isOver) callOff = clock.after(nextMs, start);
    });
  }

  /** Returns when it is due again. */
  async function work(): Promise<number> {
    try {
      const nowMs = Math.round(clock.now());
      const credentials = await pruneCredentials(db, nowMs);
      onPruned({ ...(await pruneSync(db, nowMs)), credentials });
      return everyMs;
    } catch (error) {
      onError(error);
      return againMs;
    }
  }

  return async () => {
    isOver = true;
    callOff();
    await working;
  };
}
