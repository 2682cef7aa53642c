import { Dexie } from 'dexie';
import { createHistory } from '$lib/history/history';
import { countRows, freshName } from '../support/browser-database';
import { describeHistory } from './history.contract';

describeHistory('Dexie', () => {
  const name = freshName();
  return { open: () => createHistory(name), countRows: () => countRows(name), remove: () => Dexie.delete(name) };
});
