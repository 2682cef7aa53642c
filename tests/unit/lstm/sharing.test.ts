import { describe, expect, test } from 'vitest';
import type { LstmEngine, WindowErrors } from '$lib/lstm/engine';
import { cutSeries, shareScoring, type RemoteScorer } from '$lib/lstm/sharing';
import { createWasmEngine } from '$lib/lstm/wasm/engine';
import { drawCase } from '../../support/lstm-cases';
import { loadKernels } from '../../support/kernels';

const shape = { steps: 3, channels: 2, encoder: [4], latent: null, decoder: [4] };
const { series, starts, parameters } = drawCase(shape, 9000, 3);
const engine = await createWasmEngine(loadKernels);
const alone = await engine.createScorer(shape, parameters);
const expected = await alone.score(series, starts, 'mae');

/** A thread of its own as far as the caller can tell: it gets copies, and answers later. */
async function openRemote(failAt = Infinity) {
  const scorer = await engine.createScorer(shape, parameters);
  const sizes: number[] = [];
  const remote: RemoteScorer & { sizes: number[]; isOpen: boolean } = {
    sizes,
    isOpen: true,
    async score(part, at, error): Promise<WindowErrors> {
      await new Promise((resolve) => setImmediate(resolve));
      sizes.push(at.length);
      if (sizes.length >= failAt) throw new Error('thread ended');
      return scorer.score(structuredClone(part), structuredClone(at), error);
    },
    dispose: () => void (remote.isOpen = false)
  };
  return remote;
}

describe('shared scoring', () => {
  test('gives what one thread gives, and everybody works', async () => {
    const remotes = [await openRemote(), await openRemote()];
    const shared = await shareScoring(engine, () => remotes.map((each) => Promise.resolve(each))).createScorer(
      shape,
      parameters
    );
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    for (const { sizes } of remotes) expect(sizes.length).toBeGreaterThan(0);
    expect(remotes.flatMap(({ sizes }) => sizes).reduce((sum, size) => sum + size)).toBeLessThan(starts.length);
    shared.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    expect(remotes.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });

  test.each([1, 2, 3])('a thread that fails at piece %i loses nothing', async (failAt) => {
    const remotes = [await openRemote(failAt), await openRemote(failAt)];
    const open = () => remotes.map((each) => Promise.resolve(each));
    const shared = await shareScoring(engine, open).createScorer(shape, parameters);
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    expect(remotes.map(({ isOpen }) => isOpen)).toEqual([false, false]);
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
  });

  test('a thread that never answers is not waited for, and asked no more', async () => {
    const silent = await openRemote();
    let asked = 0;
    silent.score = () => {
      asked++;
      return new Promise(() => {});
    };
    const neverOpened = new Promise<RemoteScorer>(() => {});
    const shared = await shareScoring(engine, () => [neverOpened, Promise.resolve(silent)], 1).createScorer(
      shape,
      parameters
    );
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    expect({ asked, isOpen: silent.isOpen }).toEqual({ asked: 2, isOpen: false });
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    expect(asked).toBe(2);
  });

  test('a thread that falls silent and fails while its pieces are made up for loses nothing', async () => {
    const failures: (() => void)[] = [];
    const silent: RemoteScorer = {
      score: () => new Promise((_, reject) => failures.push(() => reject(new Error('thread ended')))),
      dispose: () => {}
    };
    let scored = 0;
    const failing: LstmEngine = {
      ...engine,
      createScorer: async () => ({
        ...alone,
        score: (...request) => {
          // Nine pieces, two of them with the other thread: the eighth here is one of those.
          if (++scored === 8) for (const fail of failures) fail();
          return alone.score(...request);
        }
      })
    };
    const shared = await shareScoring(failing, () => [Promise.resolve(silent)], 1).createScorer(shape, parameters);
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    expect(failures.length).toBe(2);
  });

  test('opens no thread for little, and none is no obstacle', async () => {
    let opened = 0;
    const open = () => {
      opened++;
      return [Promise.reject(new Error('no threads here'))];
    };
    const shared = await shareScoring(engine, open).createScorer(shape, parameters);
    await shared.score(series, starts.subarray(0, 100), 'mae');
    expect(opened).toBe(0);
    expect(await shared.score(series, starts, 'mae')).toEqual(expected);
    await shared.score(series, starts, 'mae');
    expect(opened).toBe(1);
  });

  test('refuses windows outside the series before anybody works', async () => {
    const shared = await shareScoring(engine, () => []).createScorer(shape, parameters);
    const outside = new Int32Array(5000).fill(0);
    outside[4999] = series.values.length;
    await expect(shared.score(series, outside, 'mae')).rejects.toThrow(RangeError);
  });
});

test('a piece takes along exactly the rows its windows touch', () => {
  const values = Float32Array.from({ length: 40 }, (_, i) => i);
  const cut = cutSeries({ values, channels: 2 }, Int32Array.of(7, 5, 9), 3);
  expect(Array.from(cut.series.values)).toEqual(Array.from({ length: 14 }, (_, i) => 10 + i));
  expect(Array.from(cut.starts)).toEqual([2, 0, 4]);
});
