import { Dexie } from 'dexie';
import { createLiveHistory } from '$lib/history/live/live-history';
import { countRows, freshName } from '../support/browser-database';
import { describeLiveHistory } from './live-history.contract';

describeLiveHistory('Dexie', () => {
  const name = freshName();
  return {
    open: () => createLiveHistory({ name }),
    countRows: () => countRows(name),
    remove: () => Dexie.delete(name)
  };
});

// So small that every seal takes several passes and transactions.
describeLiveHistory('Dexie, a little at a time', () => {
  const name = freshName();
  const limits = { passValues: 1, portionOwners: 1, rest: 0 };
  return {
    open: () => createLiveHistory({ name, limits }),
    countRows: () => countRows(name),
    remove: () => Dexie.delete(name)
  };
});
