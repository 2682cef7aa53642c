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
  value: unknown;
}

/** Opens the measurements, at their first call. */
export function createMeasurements(name = 'pumpside-device'): Measurements {
  const { table, read, write } = createConnection(name, { version: 1, tables: { measured: 'key' } });
  const measured = table<Measured, string>('measured');
  return {
    read: (key) =>
      read('measurements.read', ['measured'], async () => (await measured.get(key))?.value).catch(() => undefined),
    write: (key, value) =>
      write('measurements.write', ['measured'], async () => void (await measured.put({ key, value }))).catch(() => {})
  };
}
