import { describe, expect, it } from 'vitest';
import type { Entity } from '$lib/domain/operation';
import { draftCard } from '$lib/records/operations';
import { listCards } from '$lib/state/pump-cards';
import { sampleAsset } from '../../support/stored-samples';

const card = (id: string, group: string): Entity<'asset'> => ({
  kind: 'asset',
  id,
  assetId: id,
  deviceId: 'd',
  rev: 1,
  atMs: 1,
  open: 0,
  body: { id, name: id, group }
});

describe('listCards', () => {
  it('lists pumps with a card and those that have none yet, by name', () => {
    const assets = [sampleAsset('b'), sampleAsset('a')].map((asset) => ({ ...asset, name: asset.id }));
    expect(listCards([card('c', 'south'), card('b', 'north')], assets)).toMatchObject([
      { id: 'a', group: '' },
      { id: 'b', group: 'north' },
      { id: 'c', group: 'south' }
    ]);
  });

  it('leaves out what was deleted', () => {
    expect(listCards([{ ...card('a', ''), body: null }], [])).toEqual([]);
  });
});

describe('draftCard', () => {
  it('keeps the group, and what a later version has written', () => {
    const known = card('a', 'north');
    const later = { ...known, body: { ...known.body!, colour: 'red' } };
    expect(draftCard({ id: 'a', name: 'new' }, later).body).toEqual({ ...later.body, name: 'new' });
    expect(draftCard({ id: 'a', name: 'new' }).body).toEqual({ id: 'a', name: 'new', group: '' });
  });
});
