/**
 * The alarms that are not normal, as every page shows them in its banner. Apart from the ledger because it only reads: what writes operations
 * is much larger, and is loaded when somebody acts.
 */
import type { Alarm } from '../domain/alarm';
import type { Entity } from '../domain/operation';
import { databaseName, openRecordsDatabase } from './database';

export interface OpenAlarms {
  /** All that are not normal, the newest change first, at most so many. */
  list(limit: number): Promise<Alarm[]>;
  /** This device's id; empty before its first operation. */
  deviceId(): Promise<string>;
}

/** Opens the reader, at its first call. */
export function createOpenAlarms(name = databaseName): OpenAlarms {
  const { table, read } = openRecordsDatabase(name);
  const entities = table<Entity<'alarm'>, [string, string]>('entities');
  const ledger = table<{ key: string; deviceId: string }, string>('ledger');
  return {
    list: (limit) =>
      read('alarms.open', ['entities'], async () => {
        const open = entities.where('[kind+open+atMs]').between(['alarm', 1, -Infinity], ['alarm', 1, Infinity]);
        return (await open.reverse().limit(limit).toArray()).flatMap(({ body }) => body ?? []);
      }),
    deviceId: () => read('alarms.device', ['ledger'], async () => (await ledger.get('state'))?.deviceId ?? '')
  };
}
