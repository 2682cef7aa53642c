/** Rules changed through one connection are heard of through another, as between two tabs or threads; alarms are no rules. */
import { expect, test } from 'vitest';
import { startingRules } from '$lib/alarms/starting-rules';
import { createDeviceLedger } from '$lib/records/ledger';
import { watchRules } from '$lib/records/watch-rules';

test('a rule that is changed or taken back elsewhere is told with its pump', async () => {
  const name = `watch-rules-${crypto.randomUUID()}`;
  const [here, elsewhere] = [createDeviceLedger(name), createDeviceLedger(name)];
  const [rule] = startingRules(
    { id: 'a', channels: [{ name: 'Bearing_Temperature_C', role: 'reading' }] },
    { isReferencePump: true }
  ).map((each) => ({ ...each, version: 2 }));
  const told: string[][] = [];
  const stop = watchRules(here, (assetIds) => told.push(assetIds));
  const change = (body: typeof rule | null) =>
    elsewhere.commit(
      [{ kind: 'rule', id: rule!.id, assetId: 'a', body: { rule: body!, assetId: 'a', reason: 'a test' } }],
      'somebody'
    );
  try {
    expect(await change(rule)).toHaveLength(1);
    await expect.poll(() => told).toEqual([['a']]);
    expect(await change(null)).toHaveLength(1);
    await expect.poll(() => told).toEqual([['a'], ['a']]);
  } finally {
    stop();
    here.close();
    elsewhere.close();
    indexedDB.deleteDatabase(name);
  }
});
