/** How this device stands with its backend. Nothing of it is loaded, and nothing is sent, before a person has signed in. */
import { createSyncThread, proxy } from '../bridge/clients';
import type { SyncApi } from '../bridge/sync-api';
import type { WorkerClient } from '../bridge/worker-client';
import { ok } from '../domain/result';
import type { Session } from './session.svelte';
import type { SyncCause, SyncStatus } from '../domain/sync-status';

export class Sync {
  /** Null until the thread has told anything. */
  status = $state.raw<SyncStatus | null>(null);
  isStarted = $state(false);
  readonly #session: Session;
  readonly #client: WorkerClient<SyncApi> = createSyncThread(
    async (api) => {
      const take = proxy((status: SyncStatus) => (this.status = status));
      await api.start(take, this.#session.registeredId);
    },
    () => void this.start()
  );

  constructor(session: Session) {
    this.#session = session;
  }

  /** Starts the exchange; the second time it asks for another round. */
  async start(): Promise<void> {
    if (this.isStarted) return this.tell('start');
    this.isStarted = true;
    await this.#client.call(async () => ok(null));
  }

  /** Starts it anew: its thread learns at its start alone under which id the device is registered. */
  async restart(): Promise<void> {
    this.stop();
    await this.start();
  }

  async tell(cause: SyncCause): Promise<void> {
    if (this.isStarted) await this.#client.call((api) => api.tell(cause));
  }

  /** Ends the exchange. What is pending stays pending. */
  stop(): void {
    this.isStarted = false;
    this.status = null;
    this.#client.stop();
  }
}
