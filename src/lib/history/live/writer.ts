/**
 * Who may write live rows: one thread of all tabs, the one that holds a Web Lock. The browser frees the lock however its
 * holder ends, and the next in line has it at once. It must not know what is written.
 */

/** The lock's name. `append` and `seal` of the live history are for its holder alone. */
export const liveWriterLock = 'pumpside-live-writer';

/** `waiting`: another tab or thread is the writer. */
export type WriterRole = 'waiting' | 'writer';

/**
 * Lines up for the lock. `tell` is called with `waiting` where somebody else has it, and with `writer` once this thread has
 * it. The function returned leaves: it gives the lock back, or the place in the line, and nothing is told any more.
 */
export function claimLiveWriter(
  tell: (role: WriterRole) => void,
  locks: Pick<LockManager, 'request'> = navigator.locks
): () => void {
  const leaving = new AbortController();
  const { signal } = leaving;
  const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

  async function hold(): Promise<void> {
    if (signal.aborted) return;
    tell('writer');
    await left;
  }

  async function claim(): Promise<void> {
    let isFree = true;
    await locks.request(liveWriterLock, { ifAvailable: true }, (lock) => {
      isFree = lock !== null;
      return isFree ? hold() : undefined;
    });
    if (isFree || signal.aborted) return;
    tell('waiting');
    await locks.request(liveWriterLock, { signal }, hold);
  }

  claim().catch((error: unknown) => {
    // A place in the line that was left is an abort; any other failure must be seen.
    if (!signal.aborted) throw error;
  });
  return () => leaving.abort();
}
