/** The kernels of the `cpu` backend: the double-precision reference itself. To compare with, not to be fast. */
import { differentiateLstm, runLstm, type LstmShape, type LstmWeights } from '../lstm.reference';
import { tf } from './parts';
import { forwardKernel, gradientKernel, type ForwardAttributes, type GradientAttributes } from './operator';

/** Registers both kernels for `cpu`; a second call does nothing. */
export function registerCpuKernels(): void {
  if (tf.getKernel(forwardKernel, 'cpu')) return;
  tf.registerKernel({ kernelName: forwardKernel, backendName: 'cpu', kernelFunc: forward });
  tf.registerKernel({ kernelName: gradientKernel, backendName: 'cpu', kernelFunc: differentiate });
}

type Call = Parameters<tf.KernelFunc>[0];

function forward({ inputs, attrs, backend }: Call): tf.TensorInfo | tf.TensorInfo[] {
  const { keepTrace, lastOnly } = attrs as unknown as ForwardAttributes;
  const { shape, weights, input, write } = open(inputs, backend);
  const { batch, steps, units } = shape;
  const { hidden, cell, gates } = runLstm(shape, weights, input);
  if (keepTrace) {
    return [
      write(hidden, [batch, steps, units]),
      write(gates, [batch, steps, 4 * units]),
      write(cell, [batch, steps, units])
    ];
  }
  if (!lastOnly) return write(hidden, [batch, steps, units]);
  const isLast = (i: number) => Math.floor(i / units) % steps === steps - 1;
  return write(
    hidden.filter((_, i) => isLast(i)),
    [batch, units]
  );
}

function differentiate({ inputs, attrs, backend }: Call): tf.TensorInfo[] {
  const { inputGradient } = attrs as unknown as GradientAttributes;
  const { shape, weights, input, read, write } = open(inputs, backend);
  const { batch, steps, features, units } = shape;
  const trace = { hidden: read('hidden'), cell: read('cells'), gates: read('gates') };
  let dHidden = read('dHidden');
  if (inputs.dHidden!.shape.length === 2) {
    const last = dHidden;
    dHidden = new Float64Array(batch * steps * units);
    for (let b = 0; b < batch; b++) {
      dHidden.set(last.subarray(b * units, (b + 1) * units), ((b + 1) * steps - 1) * units);
    }
  }
  const gradients = differentiateLstm(shape, weights, input, trace, dHidden);
  const written = [
    write(gradients.kernel, [features, 4 * units]),
    write(gradients.recurrent, [units, 4 * units]),
    write(gradients.bias, [4 * units])
  ];
  return inputGradient ? [...written, write(gradients.input, [batch, steps, features])] : written;
}

function open(inputs: Call['inputs'], given: Call['backend']) {
  const backend = given as tf.KernelBackend;
  const read = (name: string) => Float64Array.from(backend.readSync(inputs[name]!.dataId) as Float32Array);
  const write = (values: Float64Array, shape: number[]): tf.TensorInfo => ({
    dataId: backend.write(Float32Array.from(values), shape, 'float32'),
    shape,
    dtype: 'float32'
  });
  const [batch, steps, features] = inputs.x!.shape as [number, number, number];
  const shape: LstmShape = { batch, steps, features, units: inputs.recurrent!.shape[0]! };
  const weights: LstmWeights = { kernel: read('kernel'), recurrent: read('recurrent'), bias: read('bias') };
  return { shape, weights, input: read('x'), read, write };
}
