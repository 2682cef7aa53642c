import { Dexie } from 'dexie';
import { createDeviceLedger } from '$lib/records/ledger';
import { freshName } from '../support/browser-database';
import { describeLedger } from './ledger.contract';

describeLedger('Dexie', () => {
  const name = freshName();
  return { open: (host) => createDeviceLedger(name, host), remove: () => Dexie.delete(name) };
});
