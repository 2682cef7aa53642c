/** Single layers apart from any autoencoder, and how they are joined to one. What an importer of weights gives. */
import { countParameters, describeLayers, describeParameters, type AutoencoderShape } from './shape';

/** `kernel` `[inputs, 4·units]`, `recurrent` `[units, 4·units]`, `bias` `[4·units]`; gates i, f, c, o. */
export interface LstmTensors {
  readonly kind: 'lstm';
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

/** `kernel` `[inputs, units]`, `bias` `[units]`. */
export interface DenseTensors {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly units: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Layers in the order the data takes, as flat parameters; throws a `RangeError` where one does not fit the shape. */
export function joinLayers(shape: AutoencoderShape, layers: readonly (LstmTensors | DenseTensors)[]): Float32Array {
  const wanted = describeLayers(shape);
  if (layers.length !== wanted.length) throw new RangeError(`${layers.length} layers, expected ${wanted.length}`);
  const flat = new Float32Array(countParameters(shape));
  const sizes = ({ kind, inputs, units }: { kind: string; inputs: number; units: number }) =>
    `${kind} ${inputs} → ${units}`;
  const names = describeParameters(shape);
  layers.forEach((layer, i) => {
    const place = wanted[i]!;
    if (sizes(layer) !== sizes(place)) {
      const name = names.find(({ offset }) => offset === place.kernel)!.name.split('/')[0]!;
      throw new RangeError(`${name}: ${sizes(layer)}, expected ${sizes(place)}`);
    }
    flat.set(layer.kernel, place.kernel);
    if (layer.kind === 'lstm' && place.kind === 'lstm') flat.set(layer.recurrent, place.recurrent);
    flat.set(layer.bias, place.bias);
  });
  return flat;
}
