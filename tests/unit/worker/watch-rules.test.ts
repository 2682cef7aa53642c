/** Whose rules have changed, from one list of all changed rules to the next. */
import { expect, test } from 'vitest';
import type { AlarmRule } from '$lib/domain/alarm';
import type { Entity } from '$lib/domain/operation';
import { createRuleCompare } from '$lib/records/watch-rules';

const rule = (id: string, assetId: string, change: Partial<Entity<'rule'>> = {}): Entity<'rule'> => ({
  kind: 'rule',
  id,
  assetId,
  deviceId: 'd',
  rev: 0,
  atMs: 1,
  open: 0,
  body: { id, assetId, version: 1 } as AlarmRule,
  ...change
});

test('a rule that is added, changed or taken back is told once, with its pump', () => {
  const take = createRuleCompare();
  const [a, b, c] = [rule('a:1', 'a'), rule('b:1', 'b'), rule('c:1', 'c')];
  expect(take([a, b])).toEqual(['a', 'b']);
  expect(take([a, b])).toEqual([]);
  expect(take([a, b, c])).toEqual(['c']);
  expect(take([a, rule('b:1', 'b', { atMs: 2 }), rule('b:2', 'b'), c])).toEqual(['b']);
  expect(take([a, c])).toEqual(['b']);
  expect(take([rule('a:1', 'a', { deviceId: 'another' }), c])).toEqual(['a']);
});

test('a change that the backend has settled is no new one', () => {
  const take = createRuleCompare();
  take([rule('a:1', 'a')]);
  expect(take([rule('a:1', 'a', { rev: 7 })])).toEqual([]);
});
