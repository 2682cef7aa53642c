/** Everything the pages share: settings, the two databases, the two threads, what they last said. Made once, by the root layout. */
import { createFilesClient } from '../bridge/clients';
import type { Ledger } from '../domain/ledger';
import type { Result } from '../domain/result';
import { createProfiles } from '../records/profiles';
import { createRecords } from '../records/records';
import { createSources } from '../records/sources';
import { AlarmSound } from './alarm-sound.svelte';
import { Alarms } from './alarms.svelte';
import { Engine } from './engine.svelte';
import { ImportSession } from './import.svelte';
import { Live } from './live.svelte';
import { told, withinQuery } from './query.svelte';
import { Session } from './session.svelte';
import { Settings } from './settings.svelte';
import { StorageHealth } from './storage.svelte';
import { Sync } from './sync.svelte';
import { Traffic } from './traffic.svelte';
import { AppUpdate } from './update.svelte';

class App {
  readonly settings = new Settings();
  readonly traffic = new Traffic();
  readonly storage = new StorageHealth();
  readonly update = new AppUpdate(() => !this.engine.job?.isRunning && this.importing.progress === null);
  readonly session = new Session();
  readonly records = createRecords(undefined, undefined, () => this.session.actor);
  #ledger: Promise<Ledger> | null = null;
  /** The device's ledger, loaded when somebody first acts or looks back: every page shows alarms, few do more. */
  readonly loadLedger = (): Promise<Ledger> =>
    withinQuery((this.#ledger ??= import('../records/ledger').then(({ createDeviceLedger }) => createDeviceLedger())));
  readonly alarms = new Alarms(
    this.loadLedger,
    this.records,
    () => this.session.actor,
    () => Date.now(),
    () => this.sync.status?.aheadMs ?? 0
  );
  readonly alarmSound = new AlarmSound();
  readonly sync = new Sync(this.session);
  readonly live = new Live();
  /** Why the files' thread was last restarted unasked; null when it never was, or the person has read it. */
  filesRestartReason = $state<string | null>(null);
  readonly files = createFilesClient((reason) => {
    this.filesRestartReason = reason;
    void this.#sweep();
  });
  readonly engine = new Engine(
    this.settings,
    () => void this.#sweep(),
    (assetId) => void this.live.refresh(assetId)
  );
  readonly importing = new ImportSession(this.files, createProfiles(), () => Date.now());
  isOnline = $state(navigator.onLine);
  #isCompletingSample = false;

  /** Starts what runs in the background. Call once, in the browser. */
  start(): void {
    addEventListener('online', () => {
      this.isOnline = true;
      void this.sync.tell('online');
    });
    addEventListener('offline', () => (this.isOnline = false));
    this.update.start();
    this.alarms.start();
    if (this.session.account || this.session.registeredId) void this.sync.start();
    this.session.followRegistration(() => void this.sync.restart());
    void this.storage.refresh();
    void this.engine.start();
    void this.#sweep();
    void this.#resumeMonitoring();
  }

  /** Stops the running training at once and deletes what it had stored of scores. */
  async cancelTraining(): Promise<void> {
    this.engine.cancel();
    await this.#sweep();
  }

  /** Makes the sample pump and scores it with its shipped model; returns the pump's id. */
  async openSample(): Promise<Result<string>> {
    const made = await this.files.call((api) => api.importSample());
    if (!made.ok) return made;
    void this.completeSample(made.value);
    return made;
  }

  /** Scores the sample pump with its shipped model, unless it has one or that is under way. */
  async completeSample(assetId: string): Promise<void> {
    if (this.#isCompletingSample || this.engine.job?.assetId === assetId) return;
    this.#isCompletingSample = true;
    const models = await told(() => this.records.models(assetId));
    if (models.ok && models.value.length === 0) await this.engine.applyShipped(assetId, 'sample-pump-1');
    this.#isCompletingSample = false;
  }

  /** Starts the live thread where there is a source to listen to; without one nothing of it is loaded. */
  async #resumeMonitoring(): Promise<void> {
    const sources = await told(() => createSources().all());
    if (sources.ok && sources.value.length > 0) await this.live.start();
  }

  /** Deletes what a thread that died or was stopped had not put on record. */
  async #sweep(): Promise<void> {
    await this.files.call((api) => api.sweep());
  }
}

export const app = new App();
