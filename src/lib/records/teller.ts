/** Tells others of changes of the records: drafts of operations, committed to the ledger in the transaction at hand. */
import type { OperationDraft } from '../domain/operation';
import { commitDrafts } from '../sync/ledger';
import type { LedgerRows } from '../sync/ledger-rows';
import { browserLedgerHost } from './ledger';
import { withLedgerRows } from './ledger-rows';

/** Commits what `find` comes to, which may ask the ledger's rows. Inside a transaction on `ledgerTables` only. */
export type Tell = (find: (rows: LedgerRows) => OperationDraft[] | Promise<OperationDraft[]>) => Promise<unknown>;

/** Creates the teller; `actor` tells who is signed in. */
export function createTeller(actor: () => string): Tell {
  return (find) => withLedgerRows(async (rows) => commitDrafts(rows, await find(rows), actor(), browserLedgerHost));
}
