/**
 * A whole LSTM layer over a whole sequence as one TensorFlow.js operator with its gradient. It runs the kernels registered
 * for the current backend and composes stock operators where there are none. It knows no backend.
 */
import { tf } from './parts';
import { composeLstm } from './composed';

/**
 * Kernel of the forward pass. Inputs `x` [B,T,F], `kernel` [F,4H], `recurrent` [H,4H], `bias` [4H]. Output `hidden`, or
 * with `keepTrace` a list: `hidden`, then `gates` and `cells` in whatever layout the backend's gradient kernel reads.
 */
export const forwardKernel = 'FusedLstm';

/** `lastOnly` gives hidden [B,H] instead of [B,T,H]; never together with `keepTrace`. */
export interface ForwardAttributes {
  keepTrace: boolean;
  lastOnly: boolean;
}

/**
 * Kernel of the gradient. Inputs those of the forward pass, its `hidden`, `gates` and `cells`, and `dHidden`, [B,T,H] or
 * [B,H] for the last step alone. Outputs the gradients by kernel, recurrent and bias, and with `inputGradient` by `x`.
 */
export const gradientKernel = 'FusedLstmGradient';

export interface GradientAttributes {
  inputGradient: boolean;
}

export interface SequenceOptions {
  /** Hidden states of all steps, [B,T,H], instead of the last one's, [B,H]. */
  returnSequences?: boolean;
  /** Takes the steps last first; the hidden states come in the order taken, as in Keras. */
  goBackwards?: boolean;
  /** False saves the gradient by `x` where nobody asks for it: `x` then counts as a constant. */
  inputGradient?: boolean;
}

/**
 * Hidden states of an LSTM with tanh and sigmoid from a zero state over `x` [B,T,F]; gates i, f, c, o along the last axis
 * of `kernel` [F,4H], `recurrent` [H,4H] and `bias` [4H], null for none. What the gradient needs is kept only while a tape
 * records. Throws where shapes do not fit.
 */
export function lstmSequence(
  x: tf.Tensor3D,
  kernel: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  { returnSequences = false, goBackwards = false, inputGradient = true }: SequenceOptions = {}
): tf.Tensor {
  checkShapes(x, kernel, recurrent, bias);
  const lastOnly = !returnSequences;
  const isRecording = tf.engine().isTapeOn();
  return tf.tidy(() => {
    const real = x.dtype === 'float32' ? x : tf.cast(x, 'float32');
    const input = goBackwards ? tf.reverse(real, 1) : real;
    const inputs = { x: input, kernel, recurrent, bias: bias ?? tf.zeros<tf.Rank.R1>([kernel.shape[1]]) };
    if (!hasKernels()) return composeLstm(inputs, lastOnly);
    return isRecording ? record(inputs, lastOnly, inputGradient) : run(inputs, { keepTrace: false, lastOnly })[0]!;
  });
}

/** The tensors of one call, by the names that kernels know them by. */
export type SequenceInputs = { x: tf.Tensor3D; kernel: tf.Tensor2D; recurrent: tf.Tensor2D; bias: tf.Tensor1D };

function hasKernels(): boolean {
  return [forwardKernel, gradientKernel].every((name) => tf.getKernel(name, tf.getBackend()));
}

function run(inputs: SequenceInputs, attributes: ForwardAttributes): tf.Tensor[] {
  return [tf.engine().runKernel(forwardKernel, inputs, { ...attributes }) as tf.Tensor | tf.Tensor[]].flat();
}

/** Forward pass with its gradient on the tape. A registered gradient would have the tape fill zeros for gates and cells. */
function record(inputs: SequenceInputs, lastOnly: boolean, inputGradient: boolean): tf.Tensor {
  const { x, kernel, recurrent, bias } = inputs;
  const operator = tf.customGrad((...taped) => {
    const save = taped.at(-1) as tf.GradSaveFunc;
    const [hidden, gates, cells] = run(inputs, { keepTrace: true, lastOnly: false }) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor
    ];
    save([x, kernel, recurrent, bias, hidden, gates, cells]);
    const gradFunc = (dHidden: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, kernel, recurrent, bias, hidden, gates, cells] = saved as Tuple7;
      const given = { x, kernel, recurrent, bias, hidden, gates, cells, dHidden };
      return tf.engine().runKernel(gradientKernel, given, { inputGradient }) as tf.Tensor[];
    };
    return { value: lastOnly ? takeLast(hidden) : hidden, gradFunc };
  });
  return inputGradient ? operator(kernel, recurrent, bias, x) : operator(kernel, recurrent, bias);
}

type Tuple7 = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

function takeLast(hidden: tf.Tensor): tf.Tensor {
  const [batch, steps, units] = hidden.shape as [number, number, number];
  return tf.reshape(tf.slice(hidden, [0, steps - 1, 0], [batch, 1, units]), [batch, units]);
}

function checkShapes(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor | null): void {
  const [, steps, features] = x.shape;
  const [units] = recurrent.shape;
  if (x.rank !== 3 || !(steps! >= 1))
    throw new Error(`x is [${x.shape}], expected [batch, at least one step, features]`);
  const expect = (name: string, found: number[], expected: (number | undefined)[]) => {
    if (found.join() !== expected.join()) throw new Error(`${name} is [${found}], expected [${expected}]`);
  };
  expect('recurrent', recurrent.shape, [units, 4 * units!]);
  expect('kernel', kernel.shape, [features, 4 * units!]);
  if (bias) expect('bias', bias.shape, [4 * units!]);
}
