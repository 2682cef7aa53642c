/** Where the simulation lets bugs be planted: what stands between its parts, and is nothing in an honest run. */
import type { Ledger } from '$lib/domain/ledger';
import type { SyncTransport } from '$lib/sync/transport';
import type { LedgerTables } from '$lib/sync/ledger-rows';
import type { pullChanges } from '../../src/server/sync/pull';
import type { SyncStore } from '../../src/server/sync/store';
import type { LedgerDisk } from '../support/memory-ledger';
import type { StoreDisk } from '../support/memory-sync-store';
import type { VirtualTime } from './virtual-time';

export interface Plants {
  tables?: (tables: LedgerTables, disk: LedgerDisk, crash: () => void) => LedgerTables;
  ledger?: (ledger: Ledger) => Ledger;
  transport?: (transport: SyncTransport) => SyncTransport;
  /** In place of the lock between the tabs of a device. */
  lock?: <T>(tab: object, work: () => Promise<T>) => Promise<T>;
  /** The lock of a tab that is gone stays held. */
  keepsLock?: true;
  store?: (store: SyncStore, disk: StoreDisk, time: VirtualTime) => SyncStore;
  pull?: typeof pullChanges;
  /** What the disk of the backend looks like after a crash. */
  atServerCrash?: (disk: StoreDisk) => void;
}
