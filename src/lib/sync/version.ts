/** Versions of the protocol: of the bodies and answers that travel. A new optional field needs no new version; anything else does. */

/** What this code writes. */
export const schemaVersion = 1;

/** The oldest that this backend still takes; older devices are told to update. */
export const oldestSchema = 1;
