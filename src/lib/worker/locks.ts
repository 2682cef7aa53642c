/**
 * Names of the Web Locks under which threads write what is not on record yet. Whoever finds data without a record and its
 * lock free may delete it: its writer is gone.
 */
export const importLock = (assetId: string) => `import-${assetId}`;
/** Held while a pump is trained or scored, so that two tabs never do it at once. */
export const trainingLock = (assetId: string) => `training-${assetId}`;

/** Names of all locks held by any tab or worker of this origin. */
export async function heldLocks(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name ?? ''));
}
