/**
 * Random words that open a door, and what is kept of them. They carry so much randomness that one SHA-256 hides them; passwords, which
 * people choose, are `password.ts`'s.
 */
import { createHash, randomBytes } from 'node:crypto';

/** Letters and digits that are not taken for each other (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 256 random bits, 43 characters of base64url. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a token. */
export function hashToken(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

/** A code for people to type: 80 random bits as `XXXX-XXXX-XXXX-XXXX`. */
export function makeCode(): string {
  const letters = Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join('');
  return letters.replace(/.{4}(?=.)/g, '$&-');
}
