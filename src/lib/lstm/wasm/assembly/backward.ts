/**
 * Backpropagation through time of one LSTM layer. The gradients of the four sums are written over the saved gates; the products
 * with them (weights, input) are done for all steps at once by `accumulate` and `multiply`.
 *
 * Layouts as in forward.ts. `transposed` is the recurrent kernel turned round by `transpose`.
 */
import { one, tanh } from './activation';
import { multiply } from './product';
import { multiplyAdd } from './simd';

/** Gradients of one step's sums over its gates; `dCell` goes from this step's to the one before. */
function differentiate(
  gates: usize,
  gatesPanel: usize,
  rows: i32,
  groups: i32,
  before: usize,
  cell: usize,
  dHidden: usize,
  dState: usize,
  dCell: usize,
  stride: usize
): void {
  for (let group: usize = 0; group < <usize>groups; group++) {
    let z = gates + group * gatesPanel;
    let at = group * 16;
    const end = at + <usize>rows * stride;
    for (; at < end; at += stride) {
      const i = v128.load(z);
      const f = v128.load(z, 16);
      const g = v128.load(z, 32);
      const o = v128.load(z, 48);
      const squashed = tanh(v128.load(cell + at));
      let dh = v128.load(dState + at);
      if (dHidden) dh = f32x4.add(dh, v128.load(dHidden + at));
      const through = f32x4.mul(dh, o);
      const dc = multiplyAdd(through, f32x4.sub(one, f32x4.mul(squashed, squashed)), v128.load(dCell + at));
      v128.store(dCell + at, f32x4.mul(dc, f));
      v128.store(z, f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i))));
      const dForget = before
        ? f32x4.mul(f32x4.mul(dc, v128.load(before + at)), f32x4.mul(f, f32x4.sub(one, f)))
        : f32x4.splat(0);
      v128.store(z, dForget, 16);
      v128.store(z, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g))), 32);
      v128.store(z, f32x4.mul(f32x4.mul(through, squashed), f32x4.sub(one, o)), 48);
      z += 64;
    }
  }
}

/**
 * Runs backwards through all steps. `dHidden` `[step][row][stride]` is the gradient by each hidden state, 0 for none; `dState`
 * `[row][stride]` the one by the last hidden state, and scratch afterwards; `dCell` `[row][stride]` must be zero; `zero` are
 * sixteen zeros.
 */
export function backward(
  transposed: usize,
  zero: usize,
  rows: i32,
  steps: i32,
  units: i32,
  gates: usize,
  cell: usize,
  dHidden: usize,
  dState: usize,
  dCell: usize,
  stride: usize
): void {
  const groups = (units + 3) >> 2;
  const panels = (units + 15) >> 4;
  const plane = <usize>rows * stride;
  const panel: usize = steps * rows * 64;
  for (let step: usize = steps; step-- > 0;) {
    const at = cell + step * plane;
    const sums = gates + step * <usize>rows * 64;
    const dOut: usize = dHidden ? dHidden + step * plane : 0;
    differentiate(sums, panel, rows, groups, step ? at - plane : 0, at, dOut, dState, dCell, stride);
    if (step) multiply(sums, 64, 16, groups, panel, rows, transposed, panels, zero, 0, 0, dState, stride, 64);
  }
}
