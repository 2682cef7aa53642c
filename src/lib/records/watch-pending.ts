/** Tells of every change of a ledger, in whatever tab or thread it was made. */
import { liveQuery } from 'dexie';
import type { Ledger } from '../domain/ledger';

/** Calls back with the number of pending operations, now and whenever the ledger changes. */
export function watchPending(ledger: Ledger, tell: (pending: number) => void): () => void {
  const subscription = liveQuery(() => ledger.pendingCount()).subscribe({
    next: tell,
    // What cannot be read now is read at the next run, which says why.
    error: () => undefined
  });
  return () => subscription.unsubscribe();
}
