/** Deletes readings that are older than they are kept, a little at a time, so that nobody waits for it. */
import type { Clock } from '../../lib/domain/clock';
import type { ReadingsStore } from './readings-store';

const everyMs = 600_000;
const mostAtOnce = 5000;
/** Between two pieces, while there is more. */
const restMs = 250;

/** Begins; the function returned ends it. */
export function pruneForEver(
  store: Pick<ReadingsStore, 'prune'>,
  clock: Clock,
  keepMs: number,
  onError: (error: unknown, what: string) => void
): () => void {
  let callOff = clock.after(everyMs, () => void prune());
  let isOver = false;

  async function prune(): Promise<void> {
    let gone = 0;
    try {
      gone = await store.prune(Math.round(clock.now() - keepMs), mostAtOnce);
    } catch (error) {
      onError(error, 'deletion of old readings');
    }
    if (!isOver) callOff = clock.after(gone > 0 ? restMs : everyMs, () => void prune());
  }

  return () => {
    isOver = true;
    callOff();
  };
}
