/**
 * Names of the Web Locks under which threads write what is not on record yet. Whoever finds data without a record and its
 * lock free may delete it: its writer is gone.
 */
export const importLock = (assetId: string) => `import-${assetId}`;
/** Held while a pump is trained or scored, so that two tabs never do it at once. */
export const trainingLock = (assetId: string) => `training-${assetId}`;

/** Runs `work`, which counts something, under the lock if nobody holds it; 0 where somebody does. */
export async function whenFree(lock: string, work: () => Promise<number>): Promise<number> {
  return navigator.locks.request(lock, { ifAvailable: true }, (held) => (held ? work() : 0));
}
