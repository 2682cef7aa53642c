/** Import profiles in a real IndexedDB. */
import { Dexie } from 'dexie';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImportProfile } from '$lib/domain/import-profile';
import { createProfiles, type ImportProfiles } from '$lib/records/profiles';
import { freshName } from '../../support/browser-database';

const profile = (signature: string, usedMs: number): ImportProfile => ({
  signature,
  fileName: 'a.csv',
  usedMs,
  answers: { decimal: ',' },
  choices: [{ column: 1, tag: null, role: 'label', unit: '', mappedTo: null, factor: 1, offset: 0 }]
});

describe('import profiles', () => {
  const name = freshName();
  let opened: ImportProfiles[] = [];
  const open = () => {
    const profiles = createProfiles(name);
    opened.push(profiles);
    return profiles;
  };

  afterEach(async () => {
    for (const profiles of opened) profiles.close();
    opened = [];
    await Dexie.delete(name);
  });

  it('are found by their layout after a reload, the last one kept', async () => {
    await open().keep(profile('x', 1));
    await open().keep({ ...profile('x', 2), fileName: 'b.csv' });
    expect(await open().find('x')).toEqual({ ...profile('x', 2), fileName: 'b.csv' });
    expect(await open().find('y')).toBeUndefined();
    await open().forget('x');
    expect(await open().find('x')).toBeUndefined();
  });

  it('forget the ones not used for longest', async () => {
    const profiles = open();
    for (let i = 0; i < 103; i++) await profiles.keep(profile(String(i), i === 0 ? 1000 : i));
    const kept = await Promise.all(['0', '1', '2', '3', '4', '102'].map((signature) => profiles.find(signature)));
    expect(kept.map((found) => found !== undefined)).toEqual([true, false, false, false, true, true]);
  });

  it('are as if there were none where nothing can be stored', async () => {
    const profiles = open();
    profiles.close();
    await profiles.keep(profile('x', 1));
    expect(await profiles.find('x')).toBeUndefined();
  });
});
