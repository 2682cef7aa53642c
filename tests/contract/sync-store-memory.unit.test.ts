import { createMemorySyncStore, createStoreDisk } from '../support/memory-sync-store';
import { describeSyncStore } from './sync-store.contract';

describeSyncStore('memory', async () => {
  const disk = createStoreDisk();
  return { open: async () => createMemorySyncStore(disk), close: async () => {}, remove: async () => {} };
});
