/**
 * What was measured on this device: how fast its engines are. Worth keeping, never worth failing for: where it cannot be read
 * it is measured again, where it cannot be written it is forgotten. A database of its own, so that it never grows the records.
 */
import { createConnection } from '../storage/connection';

/** Plain values by key. */
export interface Measurements {
  /** The value, or undefined where there is none or none can be read. */
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

interface Measured {
  key: string;
  version: string;
  value: unknown;
}

/** Opens the measurements of a version, at their first call. Another version's do not hold for it, and go when it writes. */
export function createMeasurements(version: string, name = 'pumpside-device'): Measurements {
  const { table, read, write } = createConnection(name, { version: 1, tables: { measured: 'key, version' } });
  const measured = table<Measured, string>('measured');
  return {
    read: (key) =>
      read('measurements.read', ['measured'], async () => {
        const found = await measured.get(key);
        return found?.version === version ? found.value : undefined;
      }).catch(() => undefined),
    write: (key, value) =>
      write('measurements.write', ['measured'], async () => {
        await measured.where('version').notEqual(version).delete();
        await measured.put({ key, version, value });
      }).catch(() => {})
  };
}
