import { createLedgerDisk, createMemoryLedger } from '../support/memory-ledger';
import { describeLedger } from './ledger.contract';

describeLedger('memory', () => {
  const disk = createLedgerDisk();
  return { open: (host) => createMemoryLedger(disk, host), remove: async () => {} };
});
