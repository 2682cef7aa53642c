/** The device's ledger in IndexedDB, in one database with the records. */
import { uuidv7 } from 'uuidv7';
import type { Ledger } from '../domain/ledger';
import type { Wait } from '../storage/connection';
import { createLedger, type LedgerHost } from '../sync/ledger';
import { databaseName, ledgerTables, openRecordsDatabase } from './database';
import { withLedgerRows } from './ledger-rows';

/** Time and names as a browser gives them. */
export const browserLedgerHost: LedgerHost = { now: () => Date.now(), newId: uuidv7 };

/** Opens the ledger, at its first call. */
export function createDeviceLedger(name = databaseName, host: LedgerHost = browserLedgerHost, wait?: Wait): Ledger {
  const connection = openRecordsDatabase(name, wait);
  return createLedger(
    {
      read: (where, work) => connection.read(where, ledgerTables, () => withLedgerRows(work)),
      write: (where, work) => connection.write(where, ledgerTables, () => withLedgerRows(work)),
      close: connection.close
    },
    host
  );
}
