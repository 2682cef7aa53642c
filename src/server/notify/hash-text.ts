/** Ids as the database keeps them for notifications: they come from devices and may hold what a column of text does not take. */
import { createHash } from 'node:crypto';

export function hashText(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
