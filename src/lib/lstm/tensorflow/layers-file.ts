/** An autoencoder as the two files of a TensorFlow.js layers model. Stock TensorFlow.js reads them; nothing in them is ours. */
import '@tensorflow/tfjs-backend-cpu';
import type { AutoencoderShape } from '../shape';
import { toLayersModel } from './layers-model';
import { tf } from './parts';

/** Text of `model.json`, and the weights it points at under the name `weightsName`: little-endian 32-bit floats. */
export interface LayersFile {
  json: string;
  weights: Uint8Array;
}

/** Writes the files. A wrong number of parameters gets a `RangeError`. */
export async function writeLayersModel(
  shape: AutoencoderShape,
  parameters: Float32Array,
  weightsName: string
): Promise<LayersFile> {
  await tf.ready();
  const model = toLayersModel(shape, parameters);
  let file: LayersFile | undefined;
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData, format, generatedBy }) => {
      const weightsManifest = [{ paths: [weightsName], weights: weightSpecs }];
      file = {
        json: JSON.stringify({ format, generatedBy, modelTopology, weightsManifest }),
        weights: new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData))
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    })
  );
  model.dispose();
  return file!;
}
