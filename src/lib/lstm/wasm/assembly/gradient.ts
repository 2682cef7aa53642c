/**
 * Weight gradients: out += Aᵀ · D over all rows of A, for D in panels `[panel][count][16]`; out `[panel][depth][16]`, the layout
 * of the weights. Two columns of A and sixteen of D at a time, in the order of the rows, so that a sum is repeatable.
 */
import { multiplyAdd } from './simd';

/** Two columns of A. */
function accumulateColumns2(a: usize, aStride: usize, count: i32, d: usize, out: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  let t0 = v128.load(out, 64);
  let t1 = v128.load(out, 80);
  let t2 = v128.load(out, 96);
  let t3 = v128.load(out, 112);
  const end = d + ((<usize>count) << 6);
  while (d < end) {
    const x0 = v128.load_splat<f32>(a);
    const x1 = v128.load_splat<f32>(a, 4);
    let v = v128.load(d);
    s0 = multiplyAdd(v, x0, s0);
    t0 = multiplyAdd(v, x1, t0);
    v = v128.load(d, 16);
    s1 = multiplyAdd(v, x0, s1);
    t1 = multiplyAdd(v, x1, t1);
    v = v128.load(d, 32);
    s2 = multiplyAdd(v, x0, s2);
    t2 = multiplyAdd(v, x1, t2);
    v = v128.load(d, 48);
    s3 = multiplyAdd(v, x0, s3);
    t3 = multiplyAdd(v, x1, t3);
    a += aStride;
    d += 64;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, t0, 64);
  v128.store(out, t1, 80);
  v128.store(out, t2, 96);
  v128.store(out, t3, 112);
}

/** The column that is left over. */
function accumulateColumn(a: usize, aStride: usize, count: i32, d: usize, out: usize): void {
  let s0 = v128.load(out);
  let s1 = v128.load(out, 16);
  let s2 = v128.load(out, 32);
  let s3 = v128.load(out, 48);
  const end = d + ((<usize>count) << 6);
  while (d < end) {
    const x = v128.load_splat<f32>(a);
    s0 = multiplyAdd(v128.load(d), x, s0);
    s1 = multiplyAdd(v128.load(d, 16), x, s1);
    s2 = multiplyAdd(v128.load(d, 32), x, s2);
    s3 = multiplyAdd(v128.load(d, 48), x, s3);
    a += aStride;
    d += 64;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

/** All panels of D and all `depth` columns of A, whose rows are `aStride` bytes apart; `dPanel` bytes from panel to panel. */
export function accumulate(
  a: usize,
  aStride: usize,
  depth: i32,
  count: i32,
  d: usize,
  dPanel: usize,
  panels: i32,
  out: usize
): void {
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    const right = d + panel * dPanel;
    let k: usize = 0;
    for (; k + 1 < <usize>depth; k += 2) {
      accumulateColumns2(a + k * 4, aStride, count, right, out);
      out += 128;
    }
    if (k < <usize>depth) {
      accumulateColumn(a + k * 4, aStride, count, right, out);
      out += 64;
    }
  }
}

/** out `[panel][16]` += the rows of D: the gradient of a bias. */
export function addRows(d: usize, dPanel: usize, count: i32, panels: i32, out: usize): void {
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    let from = d + panel * dPanel;
    const end = from + ((<usize>count) << 6);
    let s0 = v128.load(out);
    let s1 = v128.load(out, 16);
    let s2 = v128.load(out, 32);
    let s3 = v128.load(out, 48);
    for (; from < end; from += 64) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    out += 64;
  }
}

/** out `[panel][row][16]` = the sum of D `[panel][step][row][16]` over the steps: the gradient of what is repeated over time. */
export function addSteps(d: usize, steps: i32, rows: i32, panels: i32, out: usize): void {
  const row: usize = (<usize>rows) << 6;
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    for (let at: usize = 0; at < row; at += 16) {
      let sum = f32x4.splat(0);
      for (let step = 0; step < steps; step++) sum = f32x4.add(sum, v128.load(d + <usize>step * row + at));
      v128.store(out + at, sum);
    }
    d += <usize>steps * row;
    out += row;
  }
}
