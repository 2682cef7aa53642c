/**
 * The one database of everything small that must survive anything: its tables and their version. Records and ledger share it, so that a
 * model or a finding and the operation that tells of it are stored together or not at all.
 */
import { createConnection, type Connection, type Wait } from '../storage/connection';

const schema = {
  version: 5,
  tables: {
    assets: 'id',
    rejected: 'assetId',
    models: 'id, assetId',
    weights: 'modelId',
    findings: '[assetId+modelId+startMs+id]',
    states: 'assetId',
    // Every index is paid for with each of ten thousand rows that a pull brings: no more than are needed to find them.
    entities: '[kind+id], [kind+open+atMs], [kind+assetId+atMs]',
    confirmed: '[kind+id]',
    operations: 'seq, [kind+id+seq]',
    conflicts: 'opId',
    ledger: 'key'
  }
};

/** Tables of the ledger. */
export const ledgerTables = ['entities', 'confirmed', 'operations', 'conflicts', 'ledger'];

export const databaseName = 'pumpside-records';

/** Opens the database, at its first call. `wait` is the pause before a repeat after a lost connection. */
export function openRecordsDatabase(name: string, wait?: Wait): Connection {
  return createConnection(name, schema, wait);
}
