import { Dexie } from 'dexie';
import { describe, expect, it } from 'vitest';
import type { Finding } from '$lib/domain/finding';
import { ledgerTables } from '$lib/records/database';
import { createDeviceLedger } from '$lib/records/ledger';
import { createRecords } from '$lib/records/records';
import { countRows, freshName } from '../support/browser-database';
import { sampleArtifact, sampleAsset, sampleFinding, sampleState } from '../support/stored-samples';
import { describeRecords } from './records.contract';

describeRecords('Dexie', () => {
  const name = freshName();
  return {
    open: () => createRecords(name),
    countRows: () => countRows(name, ledgerTables),
    remove: () => Dexie.delete(name)
  };
});

describe('what others must learn of a change', () => {
  it('is in the ledger by the same transaction', async () => {
    const name = freshName();
    const records = createRecords(name);
    const ledger = createDeviceLedger(name);
    await records.addAsset(sampleAsset('a'), []);
    await records.addModel('a', sampleArtifact('m', 10), [sampleFinding('a', 'm', 1000)], sampleState);
    await records.renameAsset('a', 'Feed pump');
    expect((await ledger.pending(10)).map(({ kind, id }) => [kind, id])).toEqual([
      ['asset', 'a'],
      ['promotion', 'a'],
      ['finding', sampleFinding('a', 'm', 1000).id],
      ['asset', 'a']
    ]);
    expect((await ledger.entity('asset', 'a'))?.body).toEqual({ id: 'a', name: 'Feed pump', group: '' });
    await expect(records.renameAsset('x', 'y')).rejects.toMatchObject({ code: 'storage' });
    expect(await ledger.pendingCount()).toBe(4);
    ledger.close();
    records.close();
    await Dexie.delete(name);
  });

  it('a finding that merely grows is told when it ends', async () => {
    const name = freshName();
    const records = createRecords(name);
    const ledger = createDeviceLedger(name);
    await records.addAsset(sampleAsset('a'), []);
    const grow = (change: Partial<Finding>) =>
      records.recordLive([
        {
          assetId: 'a',
          state: null,
          findings: [{ ...sampleFinding('a', 'm', 1000), endMs: null, ...change }],
          rows: 0,
          t0Ms: NaN,
          t1Ms: NaN,
          channels: [],
          stepMs: NaN
        }
      ]);
    await grow({});
    await grow({ windows: 20 });
    await grow({ windows: 30, endMs: 9000 });
    expect((await ledger.pending(10)).map(({ kind }) => kind)).toEqual(['asset', 'finding', 'finding']);
    ledger.close();
    records.close();
    await Dexie.delete(name);
  });
});
