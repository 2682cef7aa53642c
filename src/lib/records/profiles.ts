/**
 * Import profiles in IndexedDB: what a person said about a layout of files. Worth keeping, never worth failing for: where none can
 * be read the person is asked again. A database of its own, so that the records' version does not rise for it.
 */
import type { ImportProfile } from '../domain/import-profile';
import { createConnection } from '../storage/connection';

/** Layouts remembered; beyond them the ones not used for longest are forgotten. */
const mostProfiles = 100;

/** Profiles by the signature of their layout. No call rejects. */
export interface ImportProfiles {
  find(signature: string): Promise<ImportProfile | undefined>;
  /** Keeps a profile in place of an earlier one of that layout. */
  keep(profile: ImportProfile): Promise<void>;
  forget(signature: string): Promise<void>;
  close(): void;
}

/** Opens the profiles, at their first call. */
export function createProfiles(name = 'pumpside-profiles'): ImportProfiles {
  const { table, read, write, close } = createConnection(name, {
    version: 1,
    tables: { profiles: 'signature, usedMs' }
  });
  const profiles = table<ImportProfile, string>('profiles');
  return {
    find: (signature) => read('profiles.find', ['profiles'], () => profiles.get(signature)).catch(() => undefined),
    keep: (profile) =>
      write('profiles.keep', ['profiles'], async () => {
        await profiles.put(profile);
        const beyond = (await profiles.count()) - mostProfiles;
        if (beyond > 0) await profiles.bulkDelete(await profiles.orderBy('usedMs').limit(beyond).primaryKeys());
      }).catch(() => undefined),
    forget: (signature) =>
      write('profiles.forget', ['profiles'], () => profiles.delete(signature)).catch(() => undefined),
    close
  };
}
