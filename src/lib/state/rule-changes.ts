/** The changes of alarm rules as this device knows them: its own, and those of others as far as the backend has told of them. */
import type { AlarmRule, RuleChange } from '../domain/alarm';
import type { Ledger } from '../domain/ledger';
import type { Conflict } from '../domain/operation';
import { noteRuleChange } from '../sync/rule-change';

/** A change: the backend has it, has not heard of it (or none is used), or has refused it, so that it is not in force. */
export interface KnownRuleChange {
  change: RuleChange;
  standing: 'confirmed' | 'waiting' | 'refused';
}

const mostChanges = 10_000;

/** Newest first; of one pump, or of all. What the backend has refused is told until somebody has decided. */
export async function readRuleChanges(
  ledger: Pick<Ledger, 'entities' | 'conflicts'>,
  query: { assetId?: string; fromMs?: number }
): Promise<KnownRuleChange[]> {
  const made = await ledger.entities({ kind: 'rule-change', ...query, limit: mostChanges });
  const known = made.flatMap(({ body, rev }): KnownRuleChange[] =>
    body ? [{ change: body, standing: rev === 0 ? 'waiting' : 'confirmed' }] : []
  );
  const refused = (await ledger.conflicts()).flatMap((conflict): KnownRuleChange[] => {
    const change = readRefused(conflict);
    const { assetId = change?.assetId, fromMs = -Infinity } = query;
    return change && change.assetId === assetId && change.atMs >= fromMs ? [{ change, standing: 'refused' }] : [];
  });
  return [...known, ...refused].sort((a, b) => b.change.atMs - a.change.atMs);
}

/** What a refused change would have made of what stands at the backend; null where something else was refused. */
function readRefused({ operation, theirs }: Conflict): RuleChange | null {
  if (operation.kind !== 'rule') return null;
  return noteRuleChange((theirs?.body as AlarmRule | null | undefined) ?? null, operation);
}
