/** A simulated device: a disk, and the process on it: real ledger, real client, real triggers, killed and started again by chance. */
import type { Ledger } from '$lib/domain/ledger';
import type { OperationDraft } from '$lib/domain/operation';
import type { Random } from '$lib/domain/random';
import { createSyncClient } from '$lib/sync/client';
import { createHttpTransport } from '$lib/sync/http-transport';
import { createSyncTriggers, type SyncTriggers } from '$lib/sync/triggers';
import { createLedgerDisk, createMemoryLedger, type LedgerDisk } from '../support/memory-ledger';
import type { SimulatedNetwork } from '../support/simulated-network';
import type { Plants } from './plants';
import { createSkewedClock, type VirtualTime } from './virtual-time';

export interface Device {
  readonly name: string;
  readonly userId: string;
  readonly disk: LedgerDisk;
  /** The ledger of the process, null while there is none. */
  ledger(): Ledger | null;
  act(drafts: OperationDraft[]): Promise<void>;
  resolve(opId: string, choice: 'mine' | 'theirs'): Promise<void>;
  tell: SyncTriggers['tell'];
  /** Puts an earlier copy of its disk in place, and starts anew on it. */
  restore(copy: LedgerDisk): void;
  skewMs: number;
  crashChance: number;
  /** What the process was told to be done, the operations of finished commits. */
  committed: Set<string>;
  /** Refusals that somebody has wanted to deal with. */
  resolved: Set<string>;
}

export interface DeviceWatch {
  /** After results were settled: the ids of the operations. */
  settled(device: Device, opIds: string[]): void;
  /** After a page was taken in. */
  integrated(device: Device, lastSeq: number): void;
  /** Something threw that was not killed. */
  failed(message: string): void;
}

/** What runs on a device until it is killed. */
interface Process {
  ledger: Ledger;
  triggers: SyncTriggers;
  isAlive: boolean;
}

export function createDevice(
  name: string,
  userId: string,
  time: VirtualTime,
  random: Random,
  network: SimulatedNetwork,
  newId: () => string,
  plants: Plants,
  watch: DeviceWatch
): Device {
  const clock = createSkewedClock(time, () => device.skewMs);
  let process: Process | null = null;

  function start(): void {
    // It may have been started meanwhile, on another disk.
    if (process) return;
    const self = { isAlive: true } as Process;
    const own = { now: clock.now, after: (ms: number, act: () => void) => time.after(ms, () => self.isAlive && act()) };
    const crash = () => {
      if (!self.isAlive) throw new Error('dead');
      if (random.uniform() >= device.crashChance) return;
      stop();
      time.after(500 + random.uniform() * 30_000, start);
      throw new Error('killed');
    };
    const plain = createMemoryLedger(device.disk, { now: clock.now, newId }, crash, (tables) =>
      plants.tables ? plants.tables(tables, device.disk, crash) : tables
    );
    const planted = plants.ledger ? plants.ledger(plain) : plain;
    self.ledger = {
      ...planted,
      async settle(results) {
        await planted.settle(results);
        watch.settled(
          device,
          results.map(({ opId }) => opId)
        );
      },
      async integrate(page) {
        await planted.integrate(page);
        watch.integrated(device, page.lastSeq);
      }
    };
    const transport = createHttpTransport({ fetch: network.connect(name), clock: own });
    const client = createSyncClient({
      ledger: self.ledger,
      transport: plants.transport ? plants.transport(transport) : transport,
      lock: (work) => work(),
      clock: own
    });
    self.triggers = createSyncTriggers({
      syncOnce: async () => {
        const outcome = await client.syncOnce().catch((error: unknown) => {
          if (self.isAlive) watch.failed(`${name}: ${error}`);
          throw error;
        });
        // Somebody signs in again, or updates, in a while.
        if (outcome.kind === 'paused') own.after(20_000, () => self.triggers.tell('signed-in'));
        return outcome;
      },
      clock: own,
      random
    });
    process = self;
    self.triggers.tell('start');
  }

  function stop(): void {
    if (!process) return;
    process.isAlive = false;
    process.triggers.stop();
    process.ledger.close();
    process = null;
  }

  /** What a dying process was about to do is not done; anything else is a bug of the ledger. */
  async function attempt(work: (ledger: Ledger) => Promise<void>): Promise<void> {
    const self = process;
    if (!self) return;
    try {
      await work(self.ledger);
      self.triggers.tell('write');
    } catch (error) {
      if (self.isAlive) watch.failed(`${name}: ${error}`);
    }
  }

  const device: Device = {
    name,
    userId,
    disk: createLedgerDisk(),
    ledger: () => process?.ledger ?? null,
    act: (drafts) =>
      attempt(async (ledger) => {
        for (const { opId } of await ledger.commit(drafts, userId)) device.committed.add(opId);
      }),
    resolve: (opId, choice) =>
      attempt(async (ledger) => {
        device.resolved.add(opId);
        await ledger.resolve(opId, choice, userId);
      }),
    tell: (trigger) => process?.triggers.tell(trigger),
    restore(copy) {
      stop();
      (device as { disk: LedgerDisk }).disk = copy;
      start();
    },
    skewMs: 0,
    crashChance: 0,
    committed: new Set(),
    resolved: new Set()
  };
  start();
  return device;
}
