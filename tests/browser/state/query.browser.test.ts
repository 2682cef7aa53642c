/** Live queries that load code while they run: what they read after it is followed as well. The ledger and the rules are loaded like that. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { Dexie } from 'dexie';
import { app } from '$lib/state/app.svelte';
import { Query, withinQuery } from '$lib/state/query.svelte';
import { freshName } from '../../support/browser-database';
import { draftComment, draftRule } from '../../support/operation-samples';
import { sampleAsset } from '../../support/stored-samples';

const name = freshName();
const db = new Dexie(name, { cache: 'disabled' });
db.version(1).stores({ rows: 'id' });
const rows = db.table<{ id: string; at: number }, string>('rows');
afterAll(() => db.delete());

const query = new Query<number[]>();
afterEach(() => query.stop());

/** As code that comes over the network: a promise of the browser's own, which is kept not before other tasks have run. */
const BrowserPromise = Promise;
const fetched = () => new BrowserPromise<void>((resolve) => setTimeout(resolve, 20));
const read = async (id: string) => (await rows.get(id))?.at ?? 0;

test('what is read before, between and after two loads is followed', async () => {
  await rows.bulkPut(['a', 'b', 'c'].map((id) => ({ id, at: 0 })));
  query.ask(async () => {
    const a = await read('a');
    await withinQuery(fetched());
    const b = await read('b');
    await withinQuery(fetched());
    return [a, b, await read('c')];
  });
  await expect.poll(() => query.value).toEqual([0, 0, 0]);
  const expected = [0, 0, 0];
  for (const [place, id] of ['c', 'b', 'a'].entries()) {
    expected[2 - place] = 1;
    await rows.put({ id, at: 1 });
    await expect.poll(() => query.value).toEqual(expected);
  }
});

test('a load that fails is the query’s fault', async () => {
  query.ask(async () => [await read('a'), await withinQuery(Promise.reject<number>(new Error('no network')))]);
  await expect.poll(() => query.fault?.found).toContain('no network');
});

test('alarms and rules are followed by a query that is the first to load what reads them', async () => {
  const asset = sampleAsset('pump-1');
  const known = new Query<string[]>();
  known.ask(async () => {
    const comments = await app.alarms.comments(asset.id);
    const rules = await app.alarms.rules(asset);
    return [...comments.map(({ text }) => text), ...rules.flatMap(({ name }) => (name === 'New' ? name : []))];
  });
  await expect.poll(() => known.value).toEqual([]);
  const ledger = await app.loadLedger();
  await ledger.commit([draftComment('first', 'seen')], '');
  await expect.poll(() => known.value).toEqual(['seen']);
  await ledger.commit([draftRule('New')], '');
  await expect.poll(() => known.value).toEqual(['seen', 'New']);
  known.stop();
});
