/**
 * Passwords: what is asked of a new one, and scrypt. The cost is kept beside each hash, so that it can be raised; who signs in with an
 * older cost gets a new hash.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of scrypt: `n` (a power of two), block size `r`, lanes `p`. 128·n·r bytes of memory for each. */
export interface ScryptCost {
  n: number;
  r: number;
  p: number;
}

export const standardCost: ScryptCost = { n: 2 ** 15, r: 8, p: 1 };

const fewestCharacters = 12;
/** Longer ones are refused, never cut: what was typed is what counts. */
const mostBytes = 1024;
const fewestDifferent = 5;
const hashBytes = 32;

/** What is wrong with a new password, in the words of what is expected; undefined where nothing is. */
export function findPasswordFault(password: string, name: string): string | undefined {
  const characters = [...normalise(password)];
  if (characters.length < fewestCharacters) return `at least ${fewestCharacters} characters`;
  if (Buffer.byteLength(normalise(password)) > mostBytes) return `at most ${mostBytes} bytes`;
  if (new Set(characters).size < fewestDifferent) return `at least ${fewestDifferent} different characters`;
  if (password.includes('\0')) return 'no NUL';
  const isName = name.length > 0 && normalise(password).toLowerCase() === normalise(name).toLowerCase();
  return isName ? 'something else than the name' : undefined;
}

/** What is kept of a password: `scrypt$n$r$p$salt$hash`, base64url. */
export async function hashPassword(password: string, cost: ScryptCost): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether the password is the one kept, and whether it was kept at a lower cost than today's. Null, for an account that does not exist or
 * has none, costs as much time as a wrong one.
 */
export async function checkPassword(
  password: string,
  kept: string | null,
  cost: ScryptCost
): Promise<{ isRight: boolean; isOutdated: boolean }> {
  const stored = kept === null ? null : readHash(kept);
  const { salt, hash, ...used } = stored ?? { ...cost, salt: Buffer.alloc(16), hash: Buffer.alloc(hashBytes) };
  // Nobody has a password longer than this; hashing it would be work for whoever sends it. And HMAC, inside scrypt, does not see NULs at the end.
  const isPossible = Buffer.byteLength(normalise(password)) <= mostBytes && !password.includes('\0');
  const isEqual = timingSafeEqual(await derive(isPossible ? password : '', salt, used), hash);
  const isOutdated = used.n !== cost.n || used.r !== cost.r || used.p !== cost.p;
  return { isRight: isEqual && isPossible && stored !== null, isOutdated };
}

/** The same characters from every keyboard are the same password. */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

function readHash(kept: string): ScryptCost & { salt: Buffer; hash: Buffer } {
  const [scheme, n, r, p, salt, hash] = kept.split('$');
  if (scheme !== 'scrypt' || !salt || !hash) throw new Error('A kept password is not of a known scheme.');
  const bytes = Buffer.from(hash, 'base64url');
  return { n: Number(n), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64url'), hash: bytes };
}

function derive(password: string, salt: Buffer, { n, r, p }: ScryptCost): Promise<Buffer> {
  // Node refuses to use more memory than `maxmem`; scrypt needs 128·n·r and a little.
  const options = { N: n, r, p, maxmem: 256 * n * r };
  return new Promise((resolve, reject) => {
    scrypt(normalise(password), salt, hashBytes, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}
