/**
 * What was measured on this device: how fast its engines are. Worth keeping, never worth failing for: where it cannot be read
 * it is measured again, where it cannot be written it is forgotten. A database of its own, so that it never grows the records.
 */
import type { Measurements } from '../domain/ports';
import { createConnection } from '../storage/connection';

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
