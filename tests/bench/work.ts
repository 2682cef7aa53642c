/** How much arithmetic a prediction of an autoencoder has to execute. */
import { describeLayers, type AutoencoderShape } from '$lib/lstm/shape';

/** What the CPU kernels multiply and add for one of `activations`; the graphics card has instructions of its own. */
export const activationMultiplyAdds = 7;

/** Per window. A multiply-add counts as two operations elsewhere; here it is one. */
export interface Work {
  /** Of the products with weights. */
  multiplyAdds: number;
  /** Sigmoids and hyperbolic tangents, not part of `multiplyAdds`. */
  activations: number;
}

/**
 * Counts what has to be executed, not what the formulas say: the hidden state of step 0 is zero, so its recurrent product is
 * left out, and the product behind RepeatVector is done once per window. The tile kernel of WebGPU does multiply those zeros:
 * a branch around them gained nothing (measured on SwiftShader). It is not credited with that work.
 */
export function countExecuted(shape: AutoencoderShape): Work {
  const { steps } = shape;
  const work: Work = { multiplyAdds: 0, activations: 0 };
  let isRepeated = false;
  for (const layer of describeLayers(shape)) {
    if (layer.kind === 'dense') {
      work.multiplyAdds += layer.inputs * layer.units * (layer.side === 'head' ? steps : 1);
      continue;
    }
    const isFirstDecoder: boolean = layer.side === 'decoder' && !isRepeated;
    isRepeated ||= isFirstDecoder;
    work.multiplyAdds += 4 * layer.units * (layer.inputs * (isFirstDecoder ? 1 : steps) + layer.units * (steps - 1));
    work.activations += 5 * layer.units * steps;
  }
  return work;
}
