/**
 * The slow truth of one LSTM layer in double precision, forward and backward through time: what every backend is held
 * against at start-up and in tests. Readable before fast. Gate order i, f, c, o along the last axis, as in Keras.
 *
 * Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers et al., 2000.
 */

/** Sizes of one call: batch, time steps, input features, units. */
export interface LstmShape {
  batch: number;
  steps: number;
  features: number;
  units: number;
}

/** kernel `[features, 4·units]`, recurrent `[units, 4·units]`, bias `[4·units]`, all row-major. */
export interface LstmWeights {
  kernel: Float64Array;
  recurrent: Float64Array;
  bias: Float64Array;
}

/** What the forward pass keeps for the backward one. */
export interface LstmTrace {
  /** Hidden states `[batch, steps, units]`. */
  hidden: Float64Array;
  /** Cell states `[batch, steps, units]`. */
  cell: Float64Array;
  /** Activated gates i, f, c, o `[batch, steps, 4·units]`. */
  gates: Float64Array;
}

/** Gradients of Σ hidden·dHidden by the input and by each weight. */
export interface LstmGradients extends LstmWeights {
  /** `[batch, steps, features]` */
  input: Float64Array;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Runs the layer over `input` `[batch, steps, features]` from a zero state: z = x·W + h·U + b, c' = f·c + i·g, h' = o·tanh(c'). */
export function runLstm(shape: LstmShape, weights: LstmWeights, input: Float64Array): LstmTrace {
  const { batch, steps, features, units } = shape;
  const width = 4 * units;
  const hidden = new Float64Array(batch * steps * units);
  const cell = new Float64Array(batch * steps * units);
  const gates = new Float64Array(batch * steps * width);
  const z = new Float64Array(width);
  for (let b = 0; b < batch; b++) {
    for (let s = 0; s < steps; s++) {
      const row = b * steps + s;
      z.set(weights.bias);
      for (let k = 0; k < features; k++) {
        for (let j = 0; j < width; j++) z[j]! += input[row * features + k]! * weights.kernel[k * width + j]!;
      }
      if (s > 0) {
        for (let k = 0; k < units; k++) {
          for (let j = 0; j < width; j++) z[j]! += hidden[(row - 1) * units + k]! * weights.recurrent[k * width + j]!;
        }
      }
      for (let u = 0; u < units; u++) {
        const i = sigmoid(z[u]!);
        const f = sigmoid(z[units + u]!);
        const g = Math.tanh(z[2 * units + u]!);
        const o = sigmoid(z[3 * units + u]!);
        const c = f * (s > 0 ? cell[(row - 1) * units + u]! : 0) + i * g;
        gates.set([i], row * width + u);
        gates.set([f], row * width + units + u);
        gates.set([g], row * width + 2 * units + u);
        gates.set([o], row * width + 3 * units + u);
        cell[row * units + u] = c;
        hidden[row * units + u] = o * Math.tanh(c);
      }
    }
  }
  return { hidden, cell, gates };
}

/** Backpropagates `dHidden` `[batch, steps, units]` through time. */
export function differentiateLstm(
  shape: LstmShape,
  weights: LstmWeights,
  input: Float64Array,
  trace: LstmTrace,
  dHidden: Float64Array
): LstmGradients {
  const { batch, steps, features, units } = shape;
  const width = 4 * units;
  const gradients: LstmGradients = {
    input: new Float64Array(input.length),
    kernel: new Float64Array(weights.kernel.length),
    recurrent: new Float64Array(weights.recurrent.length),
    bias: new Float64Array(weights.bias.length)
  };
  const dz = new Float64Array(width);
  for (let b = 0; b < batch; b++) {
    const dh = new Float64Array(units);
    const dc = new Float64Array(units);
    for (let s = steps - 1; s >= 0; s--) {
      const row = b * steps + s;
      for (let u = 0; u < units; u++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => trace.gates[row * width + gate * units + u]!) as [
          number,
          number,
          number,
          number
        ];
        const tanhC = Math.tanh(trace.cell[row * units + u]!);
        const before = s > 0 ? trace.cell[(row - 1) * units + u]! : 0;
        const dOut = dh[u]! + dHidden[row * units + u]!;
        const dCell = dc[u]! + dOut * o * (1 - tanhC * tanhC);
        dz[u] = dCell * g * i * (1 - i);
        dz[units + u] = dCell * before * f * (1 - f);
        dz[2 * units + u] = dCell * i * (1 - g * g);
        dz[3 * units + u] = dOut * tanhC * o * (1 - o);
        dc[u] = dCell * f;
      }
      dh.fill(0);
      for (let j = 0; j < width; j++) {
        gradients.bias[j]! += dz[j]!;
        for (let k = 0; k < features; k++) {
          gradients.kernel[k * width + j]! += input[row * features + k]! * dz[j]!;
          gradients.input[row * features + k]! += weights.kernel[k * width + j]! * dz[j]!;
        }
        if (s === 0) continue;
        for (let k = 0; k < units; k++) {
          gradients.recurrent[k * width + j]! += trace.hidden[(row - 1) * units + k]! * dz[j]!;
          dh[k]! += weights.recurrent[k * width + j]! * dz[j]!;
        }
      }
    }
  }
  return gradients;
}
