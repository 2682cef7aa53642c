import { Dexie } from 'dexie';
import { createRecords } from '$lib/records/records';
import { countRows, freshName } from '../support/browser-database';
import { describeRecords } from './records.contract';

describeRecords('Dexie', () => {
  const name = freshName();
  return { open: () => createRecords(name), countRows: () => countRows(name), remove: () => Dexie.delete(name) };
});
