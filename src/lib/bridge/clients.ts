/** The threads of the page. The worker's address is written out here and nowhere else: the page knows it only as a URL. */
import type { Remote } from 'comlink';
import type { EngineApi } from './engine-api';
import type { FilesApi } from './files-api';
import type { MonitorApi } from './live-api';
import type { SyncApi } from './sync-api';
import { createWorkerClient, type WorkerClient } from './worker-client';

/** Import, chart data, deletion. */
export function createFilesClient(onDeath: (reason: string) => void): WorkerClient<FilesApi> {
  const spawn = () => new Worker(new URL('../worker/files.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerClient<FilesApi>(spawn, async () => {}, onDeath);
}

/** Training and scoring. `onStart` chooses the backend on each new thread. */
export function createEngineClient(
  onStart: (api: Remote<EngineApi>) => Promise<void>,
  onDeath: (reason: string) => void
): WorkerClient<EngineApi> {
  const spawn = () => new Worker(new URL('../worker/engine.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerClient<EngineApi>(spawn, onStart, onDeath);
}

/** Live monitoring. `onStart` begins it on each new thread. */
export function createLiveClient(
  onStart: (api: Remote<MonitorApi>) => Promise<void>,
  onDeath: (reason: string) => void
): WorkerClient<MonitorApi> {
  const spawn = () => new Worker(new URL('../worker/live.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerClient<MonitorApi>(spawn, onStart, onDeath);
}

/** Exchange with the backend. `onStart` begins it on each new thread. */
export function createSyncThread(
  onStart: (api: Remote<SyncApi>) => Promise<void>,
  onDeath: (reason: string) => void
): WorkerClient<SyncApi> {
  const spawn = () => new Worker(new URL('../worker/sync.worker.ts', import.meta.url), { type: 'module' });
  return createWorkerClient<SyncApi>(spawn, onStart, onDeath);
}

export { proxy } from 'comlink';
