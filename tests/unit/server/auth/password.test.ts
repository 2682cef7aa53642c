import { describe, expect, it } from 'vitest';
import { checkPassword, findPasswordFault, hashPassword } from '../../../../src/server/auth/password';

const cheap = { n: 2 ** 10, r: 8, p: 1 };
const password = 'correct horse battery';

describe('a new password', () => {
  it.each([
    ['eleven char', 'at least 12 characters'],
    ['abcdabcdabcd', 'at least 5 different characters'],
    ['Ada Lovelace', 'something else than the name'],
    ['long enough '.repeat(90), 'at most 1024 bytes']
  ])('"%.20s" is expected to be %s', (typed, expected) => {
    expect(findPasswordFault(typed, 'ada lovelace')).toBe(expected);
  });

  it('is counted in characters, not in bytes or halves', () => {
    expect(findPasswordFault('😀😁😂🤣😃😄😅😆😉😊😋', '')).toBe('at least 12 characters');
    expect(findPasswordFault('😀😁😂🤣😃😄😅😆😉😊😋😎', '')).toBeUndefined();
  });
});

describe('a kept password', () => {
  it('is right from every keyboard, and wrong in everything else', async () => {
    const kept = await hashPassword('Pässwörter sind gut', cheap);
    expect(kept).toMatch(/^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    const check = async (typed: string) => (await checkPassword(typed, kept, cheap)).isRight;
    expect(await check('Pässwörter sind gut'.normalize('NFD'))).toBe(true);
    for (const wrong of [
      '',
      'pässwörter sind gut',
      'Pässwörter sind gut ',
      'Pässwörter sind gu',
      'Pässwörter sind gut\0'
    ]) {
      expect(await check(wrong)).toBe(false);
    }
  });

  it('is not cut: the last of many bytes counts', async () => {
    const long = 'x'.repeat(1023);
    const kept = await hashPassword(`${long}a`, cheap);
    expect((await checkPassword(`${long}b`, kept, cheap)).isRight).toBe(false);
    expect((await checkPassword(`${long}ab`, kept, cheap)).isRight).toBe(false);
    expect((await checkPassword(`${long}a`, kept, cheap)).isRight).toBe(true);
  });

  it('of a lower cost is right still, and said to be outdated', async () => {
    const kept = await hashPassword(password, cheap);
    expect(await checkPassword(password, kept, { ...cheap, n: 2 ** 11 })).toEqual({ isRight: true, isOutdated: true });
    expect(await checkPassword(password, kept, cheap)).toEqual({ isRight: true, isOutdated: false });
  });

  it('has another salt each time', async () => {
    expect(await hashPassword(password, cheap)).not.toBe(await hashPassword(password, cheap));
  });

  it('that is not there is never right, not even where the hash is guessed', async () => {
    expect((await checkPassword('', null, cheap)).isRight).toBe(false);
    expect((await checkPassword(password, null, cheap)).isRight).toBe(false);
  });

  it('that nobody can read is our fault, not the person’s', async () => {
    await expect(checkPassword(password, 'md5$abc', cheap)).rejects.toThrow('known scheme');
  });
});
