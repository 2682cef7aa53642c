/** The LSTM autoencoder of a recipe: its shape, and its first parameters from the seed, the same numbers for every engine. */
import { createRandom } from '../domain/random';
import type { ModelRule } from '../domain/recipe';
import { countParameters, describeParameters, type AutoencoderShape } from '../lstm/shape';
import { glorotUniform, lstmBias, orthogonal } from './initial-weights';

/** The shape over windows `[steps, channels]`. */
export function describeShape(
  { encoder, latent, decoder }: ModelRule,
  steps: number,
  channels: number
): AutoencoderShape {
  return { steps, channels, encoder, latent, decoder };
}

/** Draws the first parameters, flat: Glorot-uniform and orthogonal kernels, biases zero but for a forget gate of one. */
export function drawParameters(shape: AutoencoderShape, seed: number): Float32Array {
  const random = createRandom(seed);
  const parameters = new Float32Array(countParameters(shape));
  for (const { name, shape: sides, offset } of describeParameters(shape)) {
    const [rows, columns] = sides as [number, number | undefined];
    if (columns !== undefined) {
      const draw = name.endsWith('recurrent_kernel') ? orthogonal(rows, random) : glorotUniform(rows, columns, random);
      parameters.set(draw, offset);
    } else if (!/^(latent|head)\//.test(name)) parameters.set(lstmBias(rows / 4), offset);
  }
  return parameters;
}
