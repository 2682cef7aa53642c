/** The engine's helping threads, real ones: shared scores are those of one thread, and a thread that has ended answers no call. */
import { expect, test } from 'vitest';
import { shareScoring } from '$lib/lstm/sharing';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { loadKernels } from '$lib/worker/kernels';
import { openScorer } from '$lib/worker/scorers';
import { drawCase } from '../../support/lstm-cases';

const shape = { steps: 6, channels: 3, encoder: [8], latent: null, decoder: [8] };
const { series, starts, parameters } = drawCase(shape, 20_000, 4);

test('two threads score what one does', async () => {
  const engine = await createWasmEngine(loadKernels);
  let answered = 0;
  const shared = await shareScoring(engine, (...model) => [
    openScorer(...model).then((remote) => ({
      ...remote,
      score: async (...request) => {
        const found = await remote.score(...request);
        answered++;
        return found;
      }
    }))
  ]).createScorer(shape, parameters);
  const expected = await (await engine.createScorer(shape, parameters)).score(series, starts, 'mse');
  // The first request may be over before the thread has started.
  await expect
    .poll(async () => {
      expect(await shared.score(series, starts, 'mse')).toEqual(expected);
      return answered;
    })
    .toBeGreaterThan(0);
  shared.dispose();
});

test('a thread that has ended rejects what was asked of it', async () => {
  const remote = await openScorer(shape, parameters);
  const asked = remote.score({ ...series, values: series.values.slice() }, starts, 'mae');
  remote.dispose();
  await expect(asked).rejects.toThrow('ended');
  await expect(remote.score({ ...series, values: series.values.slice() }, starts, 'mae')).rejects.toThrow('ended');
});

test('a thread that cannot start is none', async () => {
  await expect(openScorer(shape, parameters.subarray(1))).rejects.toThrow('parameters');
});
