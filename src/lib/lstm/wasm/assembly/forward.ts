/**
 * The recurrent half of an LSTM layer's forward pass: for each step the product with the hidden state before, then the gates
 * and the new state. The product with the input is done for all steps at once by `multiply`, which leaves it in `gates`.
 *
 * Layouts, 32-bit floats: recurrent weights `[group][units][16]`, gates `[group][step][row][16]` with i, f, c, o of a group's
 * four units, hidden and cell state `[step][row][stride]`. Units are padded to groups of four with zero weights: a padded unit
 * stays zero for ever.
 */
import { sigmoid, tanh } from './activation';
import { multiply } from './product';
import { multiplyAdd } from './simd';

/**
 * Sums of one step, four units a row, to activated gates in place, cell and hidden state. The hidden state has a loop of its
 * own: it would wait for the cell state, while the gates of the next row wait for nothing.
 */
function activate(
  gates: usize,
  gatesPanel: usize,
  rows: i32,
  groups: i32,
  before: usize,
  cell: usize,
  hidden: usize,
  stride: usize
): void {
  const bytes: usize = (<usize>rows) << 6;
  for (let group: usize = 0; group < <usize>groups; group++) {
    const begin = gates + group * gatesPanel;
    const end = begin + bytes;
    let at = group * 16;
    for (let z = begin; z < end; z += 64) {
      const i = sigmoid(v128.load(z));
      const f = sigmoid(v128.load(z, 16));
      const g = tanh(v128.load(z, 32));
      let c = f32x4.mul(i, g);
      if (before) c = multiplyAdd(f, v128.load(before + at), c);
      v128.store(cell + at, c);
      v128.store(z, i);
      v128.store(z, f, 16);
      v128.store(z, g, 32);
      v128.store(z, sigmoid(v128.load(z, 48)), 48);
      at += stride;
    }
    at = group * 16;
    for (let z = begin; z < end; z += 64) {
      v128.store(hidden + at, f32x4.mul(v128.load(z, 48), tanh(v128.load(cell + at))));
      at += stride;
    }
  }
}

/**
 * Runs `steps` steps of `rows` windows. A step's sums begin with `initial`: `gates` itself, or with `initialStep` and
 * `initialPanel` as strides something that does not change over time. `keepAll` 1 keeps every step's states, 0 the last two in turns (step & 1).
 */
export function forward(
  recurrent: usize,
  initial: usize,
  initialStep: usize,
  initialPanel: usize,
  rows: i32,
  steps: i32,
  units: i32,
  gates: usize,
  hidden: usize,
  cell: usize,
  stride: usize,
  keepAll: i32
): void {
  const groups = (units + 3) >> 2;
  const plane = <usize>rows * stride;
  const panel: usize = steps * rows * 64;
  for (let step: usize = 0; step < <usize>steps; step++) {
    const slot = (keepAll ? step : step & 1) * plane;
    const before = (keepAll ? step - 1 : 1 - (step & 1)) * plane;
    const sums = gates + step * <usize>rows * 64;
    multiply(
      hidden + before,
      stride,
      step ? units : 0,
      1,
      0,
      rows,
      recurrent,
      groups,
      initial + step * initialStep,
      64,
      initialPanel,
      sums,
      64,
      panel
    );
    activate(sums, panel, rows, groups, step ? cell + before : 0, cell + slot, hidden + slot, stride);
  }
}
