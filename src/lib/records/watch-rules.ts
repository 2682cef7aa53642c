/**
 * Tells of pumps whose changed alarm rules are others than before: changed in whatever tab or thread, pulled from the backend, taken back
 * after a refusal, or decided by a person.
 */
import { liveQuery } from 'dexie';
import type { Ledger } from '../domain/ledger';
import type { Entity } from '../domain/operation';

/** Calls back with the pumps that have changed rules now, and later with those whose rules have changed since. */
export function watchRules(ledger: Ledger, tell: (assetIds: string[]) => void): () => void {
  const takeRules = createRuleCompare();
  const subscription = liveQuery(() => ledger.entities({ kind: 'rule', limit: Infinity })).subscribe({
    next: (rules) => {
      const assetIds = takeRules(rules);
      if (assetIds.length > 0) tell(assetIds);
    },
    // What cannot be read now is read after the next change of a rule.
    error: () => undefined
  });
  return () => subscription.unsubscribe();
}

/** Remembers the rules of the call before; gives the pumps of which one was added, changed or is gone since. */
export function createRuleCompare(): (rules: readonly Entity<'rule'>[]) => string[] {
  let before = new Map<string, { assetId: string; change: string }>();
  return (rules) => {
    // Who changed it and when: the same here and on the backend, whose revision would rise at each settling.
    const now = new Map(
      rules.map(({ id, assetId, deviceId, atMs, body }) => [
        id,
        { assetId, change: `${deviceId} ${atMs} ${body?.version}` }
      ])
    );
    const changed = new Set<string>();
    for (const [id, { assetId, change }] of now) if (before.get(id)?.change !== change) changed.add(assetId);
    for (const [id, { assetId }] of before) if (!now.has(id)) changed.add(assetId);
    before = now;
    return [...changed];
  };
}
