/** What a person does, as operations of the ledger, with what the ledger refuses as a fault: nothing is said to be stored that is not. */
import type { Ledger } from '../domain/ledger';
import type { OperationDraft, Refusal } from '../domain/operation';
import { fail, ok, type Result } from '../domain/result';
import { told } from './query.svelte';

/** Does the drafts in the name of `by`. What changes nothing is no fault: somebody else was faster. The rest of what is refused in part is stored. */
export async function commit(load: () => Promise<Ledger>, drafts: OperationDraft[], by: string): Promise<Result<null>> {
  let refused: Refusal[] = [];
  const made = await told(async () => (await load()).commit(drafts, by, (all) => (refused = all)));
  if (!made.ok) return made;
  const [first] = refused;
  if (!first) return ok(null);
  const { kind, id } = first.draft;
  const share = drafts.length === 1 ? '' : `, ${refused.length} of ${drafts.length} are refused`;
  return fail('bad-act', `${kind} ${id}${share}`, first.detail, '');
}
