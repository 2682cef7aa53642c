/** The helping threads of the engine's thread: one for each further core, opened when there is much to score. */
import { transfer, wrap } from 'comlink';
import type { OpenRemotes, RemoteScorer } from '../lstm/sharing';
import type { AutoencoderShape } from '../lstm/shape';
import type { ScorerApi } from './scorer.worker';

/** More threads than this would compete with the page for memory and heat. */
const mostThreads = 8;

/** Opens a scorer for the model on each further core; the threads end when their scorers are disposed. */
export const openScorers: OpenRemotes = (shape, parameters) =>
  Array.from({ length: Math.min(mostThreads, navigator.hardwareConcurrency) - 1 }, () => openScorer(shape, parameters));

/** Opens one. It rejects, and the thread is ended, where the thread cannot start; a call rejects once the thread has failed or ended. */
export async function openScorer(shape: AutoencoderShape, parameters: Float32Array): Promise<RemoteScorer> {
  const worker = new Worker(new URL('./scorer.worker.ts', import.meta.url), { type: 'module' });
  const remote = wrap<ScorerApi>(worker);
  const pending = new Set<(error: Error) => void>();
  let reason: Error | null = null;
  const end = (error: Error) => {
    reason ??= error;
    worker.terminate();
    for (const reject of pending) reject(reason);
    pending.clear();
  };
  worker.addEventListener('error', ({ message }) => end(new Error(message || 'script error')));
  worker.addEventListener('messageerror', () => end(new Error('a message that could not be read')));

  /** Settles with the call, or with the end of the thread, which settles no call by itself. */
  const run = <T>(call: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      if (reason) return reject(reason);
      pending.add(reject);
      call()
        .then(resolve, reject)
        .finally(() => pending.delete(reject));
    });

  try {
    await run(() => remote.open(shape, parameters));
  } catch (error) {
    end(new Error('the thread did not start'));
    throw error;
  }
  return {
    score: (series, starts, error) => run(() => remote.score(transfer(series, [series.values.buffer]), starts, error)),
    dispose: () => end(new Error('the thread was ended'))
  };
}
