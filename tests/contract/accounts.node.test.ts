import { databaseKinds } from '../support/databases';
import { testAccounts } from './accounts.contract';

for (const kind of databaseKinds) testAccounts(kind);
