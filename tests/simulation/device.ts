/**
 * A simulated device: a disk, and the tabs on it, each with a real ledger, a real client and real triggers, killed and started again by
 * chance, alone or all at once.
 */
import type { Ledger } from '$lib/domain/ledger';
import type { OperationDraft } from '$lib/domain/operation';
import type { Random } from '$lib/domain/random';
import { createSyncClient } from '$lib/sync/client';
import { createHttpTransport } from '$lib/sync/http-transport';
import { schemaHeader } from '$lib/sync/protocol';
import { createSyncTriggers, type SyncTriggers } from '$lib/sync/triggers';
import { schemaVersion } from '$lib/sync/version';
import { createLedgerDisk, createMemoryLedger, type LedgerDisk } from '../support/memory-ledger';
import type { SimulatedNetwork } from '../support/simulated-network';
import type { Plants } from './plants';
import { createSkewedClock, type VirtualTime } from './virtual-time';
import { createWebLock } from './web-lock';

export interface Device {
  readonly name: string;
  readonly userId: string;
  readonly disk: LedgerDisk;
  /** The ledger as one of its tabs sees it, null while there is none. */
  ledger(): Ledger | null;
  /** The id as the thread knows it that watches the pumps: it asks once, when it starts. */
  watcherId(): Promise<string>;
  act(drafts: OperationDraft[]): Promise<void>;
  resolve(opId: string, choice: 'mine' | 'theirs'): Promise<void>;
  tell: SyncTriggers['tell'];
  /** Puts an earlier copy of its disk in place, and starts anew on it. */
  restore(copy: LedgerDisk): void;
  /** The version that it writes. */
  version(): number;
  /** Installs a later version, and starts anew. */
  update(version: number): void;
  skewMs: number;
  crashChance: number;
  /** What its tabs were told to be done, the operations of finished commits. */
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
interface Tab {
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
  const mostTabs = random.uniform() < 0.4 ? 2 : 1;
  let tabs: Tab[] = [];
  let lock = createWebLock();
  let version = schemaVersion;
  let watcherId = '';

  function start(): void {
    // They may have been started meanwhile, on another disk.
    while (tabs.length < mostTabs) openTab();
    device.watcherId().catch(() => {});
  }

  function openTab(): void {
    const self = { isAlive: true } as Tab;
    const own = { now: clock.now, after: (ms: number, act: () => void) => time.after(ms, () => self.isAlive && act()) };
    const crash = () => {
      if (!self.isAlive) throw new Error('dead');
      if (random.uniform() >= device.crashChance) return;
      if (random.uniform() < 0.5) stop(self);
      else stopAll();
      time.after(500 + random.uniform() * 30_000, start);
      throw new Error('killed');
    };
    const plain = createMemoryLedger(device.disk, { now: clock.now, newId }, crash, (tables) =>
      plants.tables ? plants.tables(tables, device.disk, crash) : tables
    );
    const planted = plants.ledger ? plants.ledger(plain) : plain;
    self.ledger = {
      ...planted,
      async settle(results, aheadMs) {
        await planted.settle(results, aheadMs);
        watch.settled(
          device,
          results.map(({ opId }) => opId)
        );
      },
      async integrate(page) {
        const shown = device.disk.entities.size;
        await planted.integrate(page);
        watch.integrated(device, page.lastSeq);
        // What it is to be shown instead may be days away.
        if (page.resetRequired && device.disk.entities.size < shown)
          watch.failed(`${name}: shows ${device.disk.entities.size} of ${shown} while it begins anew`);
      }
    };
    const fetch = network.connect(name);
    const transport = createHttpTransport({
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, [schemaHeader]: String(version) } }),
      clock: own
    });
    const client = createSyncClient({
      ledger: self.ledger,
      transport: plants.transport ? plants.transport(transport) : transport,
      lock: (work) => (plants.lock ?? lock.request)(self, work),
      clock: own
    });
    self.triggers = createSyncTriggers({
      syncOnce: async () => {
        const outcome = await client.syncOnce().catch((error: unknown) => {
          if (self.isAlive) watch.failed(`${name}: ${error}`);
          throw error;
        });
        // Somebody signs in again, or looks whether there is an update, in a while.
        if (outcome.kind === 'paused') own.after(20_000, () => self.triggers.tell('signed-in'));
        return outcome;
      },
      clock: own,
      random
    });
    tabs.push(self);
    self.triggers.tell('start');
  }

  function stop(tab: Tab): void {
    tab.isAlive = false;
    tab.triggers.stop();
    tab.ledger.close();
    tabs = tabs.filter((other) => other !== tab);
    if (!plants.keepsLock) lock.letGo(tab);
  }

  function stopAll(): void {
    tabs.forEach(stop);
    lock = createWebLock();
    watcherId = '';
  }

  const someTab = (): Tab | undefined => tabs[Math.floor(random.uniform() * tabs.length)];
  const tellAll: SyncTriggers['tell'] = (trigger) => tabs.forEach(({ triggers }) => triggers.tell(trigger));

  /** What a dying tab was about to do is not done; anything else is a bug of the ledger. */
  async function attempt(work: (ledger: Ledger) => Promise<void>): Promise<void> {
    const tab = someTab();
    if (!tab) return;
    try {
      await work(tab.ledger);
      // Every tab sees the database change.
      tellAll('write');
    } catch (error) {
      if (tab.isAlive) watch.failed(`${name}: ${error}`);
    }
  }

  /** What was raised stands, whatever id the device goes by. */
  async function expectRaised(ledger: Ledger, drafts: OperationDraft[], deviceId: string): Promise<void> {
    for (const draft of drafts) {
      if (draft.kind !== 'alarm' || draft.body.event.kind !== 'raise') continue;
      const alarm = await ledger.entity('alarm', `${deviceId}:${draft.body.ruleId}`);
      const isSame = (await ledger.device()).deviceId === deviceId;
      if (isSame && !alarm?.body?.isActive) watch.failed(`${name}: ${draft.id} was raised and does not stand`);
    }
  }

  const device: Device = {
    name,
    userId,
    disk: createLedgerDisk(),
    ledger: () => someTab()?.ledger ?? null,
    watcherId: async () => (watcherId ||= (await someTab()!.ledger.device()).deviceId),
    act: (drafts) =>
      attempt(async (ledger) => {
        const { deviceId } = await ledger.device();
        for (const { opId } of await ledger.commit(drafts, userId)) device.committed.add(opId);
        await expectRaised(ledger, drafts, deviceId);
      }),
    resolve: (opId, choice) =>
      attempt(async (ledger) => {
        device.resolved.add(opId);
        await ledger.resolve(opId, choice, userId);
      }),
    tell: tellAll,
    version: () => version,
    update(later) {
      version = later;
      stopAll();
      start();
    },
    restore(copy) {
      stopAll();
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
