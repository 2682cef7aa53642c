/** The LSTM autoencoders of an engine, behind the `DetectorFamily` port. */
import type { Precision } from '../domain/engine';
import type { Manifest } from '../domain/manifest';
import type { Detector, DetectorFamily } from '../domain/ports';
import { fail, ok, type Result } from '../domain/result';
import type { LstmEngine } from '../lstm/engine';
import { roundToHalf } from '../lstm/half';
import { describeParameters, type AutoencoderShape } from '../lstm/shape';
import { describeShape } from './autoencoder';
import { createDetector } from './detector';
import { hashBytes } from './hash';
import { trainAutoencoder } from './train';

/**
 * Creates the family. `nowMs` times epochs. With `f16` a training ends by rounding its weights: nothing else is kept of them, so
 * threshold, golden vectors and every later score come from the same numbers, on whatever engine.
 */
export function createAutoencoderFamily(
  engine: LstmEngine,
  nowMs: () => number,
  precision: Precision = 'f32'
): DetectorFamily {
  return {
    async train(series, starts, recipe, onEpoch) {
      const trained = await trainAutoencoder(engine, series, starts, recipe, nowMs, onEpoch);
      if (!trained.ok) return trained;
      const { parameters, ...losses } = trained.value;
      const weights = precision === 'f16' ? roundToHalf(parameters) : parameters;
      const shape = describeShape(recipe.model, recipe.window.steps, series.channels);
      return ok({
        ...losses,
        detector: createDetector(await engine.createScorer(shape, weights), recipe.score),
        weights,
        weightsSha256: await hashBytes([weights]),
        tensors: listTensors(shape)
      });
    },

    async load({ recipe, channels, weights: { tensors } }: Manifest, weights): Promise<Result<Detector>> {
      const shape = describeShape(recipe.model, recipe.window.steps, channels.length);
      const found = sides(tensors);
      const expected = sides(listTensors(shape));
      if (found !== expected) return fail('bad-model', 'weights', found, expected);
      return ok(createDetector(await engine.createScorer(shape, weights), recipe.score));
    }
  };
}

function listTensors(shape: AutoencoderShape): { name: string; shape: number[] }[] {
  return describeParameters(shape).map(({ name, shape: sides }) => ({ name, shape: [...sides] }));
}

/** Shapes alone: models trained elsewhere name their layers otherwise. */
function sides(tensors: { shape: number[] }[]): string {
  return tensors.map(({ shape }) => shape.join('×')).join(' ');
}
