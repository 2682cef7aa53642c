/** Waits for a thread that says by its first message that it is ready, and not for one that never will. */
import type { Worker } from 'node:worker_threads';

/** Rejects with what the thread threw, or with its exit code where it ended without a word. */
export function awaitReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      worker.off('message', ready).off('error', failed).off('exit', ended);
      act();
    };
    const ready = settle(resolve);
    const failed = (error: Error) => settle(() => reject(error))();
    const ended = (code: number) =>
      settle(() => reject(new Error(`The thread of the database ended with code ${code} before it was ready.`)))();
    worker.once('message', ready).once('error', failed).once('exit', ended);
  });
}
