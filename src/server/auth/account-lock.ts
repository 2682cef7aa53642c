/** The lock under which accounts and codes change, one transaction at a time: they are few, and whoever changes one may have to count all. */
import type { Queries } from '../store/db';

/** Any number that no other lock of ours has. */
const accountLock = 5_120_261;

/** Makes others wait for the end of the transaction. Called first in it, so that nobody waits for somebody who waits. */
export async function lockAccounts(queries: Queries): Promise<void> {
  await queries.query('SELECT pg_advisory_xact_lock($1)', [accountLock]);
}
