/** The helping threads of the engine's thread: one for each further core, opened when there is much to score. */
import { transfer, wrap } from 'comlink';
import type { OpenRemotes } from '../lstm/sharing';
import type { ScorerApi } from './scorer.worker';

/** More threads than this would compete with the page for memory and heat. */
const mostThreads = 8;

/** Opens a scorer for the model on each further core; the threads end when their scorers are disposed. */
export const openScorers: OpenRemotes = (shape, parameters) => {
  const count = Math.min(mostThreads, navigator.hardwareConcurrency) - 1;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const worker = new Worker(new URL('./scorer.worker.ts', import.meta.url), { type: 'module' });
      const failed = new Promise<never>((_, reject) =>
        worker.addEventListener('error', ({ message }) => reject(new Error(message || 'script error')))
      );
      failed.catch(() => {}); // heard by whoever waits for this thread
      const remote = wrap<ScorerApi>(worker);
      await Promise.race([remote.open(shape, parameters), failed]);
      return {
        score: (series, starts, error) =>
          Promise.race([remote.score(transfer(series, [series.values.buffer]), starts, error), failed]),
        dispose: () => worker.terminate()
      };
    })
  );
};
