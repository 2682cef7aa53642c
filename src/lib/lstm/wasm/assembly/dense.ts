/**
 * A dense layer: out = A · B + bias, one row and eight columns at a time. What it computes is what is judged, and it is a small
 * part of the work, so it is summed with care: four sums a column, joined in the end, the bias last. That halves the error
 * of one long sum.
 */
import { multiplyAdd } from './simd';

/** B in panels `[panel][depth][16]`, bias `[panel][16]`; out begins `outStride` bytes further for each row, `outPanel` for each panel. */
export function project(
  a: usize,
  aStride: usize,
  depth: i32,
  rows: i32,
  b: usize,
  panels: i32,
  bias: usize,
  out: usize,
  outStride: usize,
  outPanel: usize
): void {
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    for (let row: usize = 0; row < <usize>rows; row++) {
      for (let half: usize = 0; half < 64; half += 32) {
        let s0 = f32x4.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        let t0 = s0;
        let t1 = s0;
        let t2 = s0;
        let t3 = s0;
        let x = a + row * aStride;
        let w = b + half;
        const end = x + (depth << 2);
        for (const whole = end - 12; x < whole; x += 16) {
          let value = v128.load_splat<f32>(x);
          s0 = multiplyAdd(v128.load(w), value, s0);
          t0 = multiplyAdd(v128.load(w, 16), value, t0);
          value = v128.load_splat<f32>(x, 4);
          s1 = multiplyAdd(v128.load(w, 64), value, s1);
          t1 = multiplyAdd(v128.load(w, 80), value, t1);
          value = v128.load_splat<f32>(x, 8);
          s2 = multiplyAdd(v128.load(w, 128), value, s2);
          t2 = multiplyAdd(v128.load(w, 144), value, t2);
          value = v128.load_splat<f32>(x, 12);
          s3 = multiplyAdd(v128.load(w, 192), value, s3);
          t3 = multiplyAdd(v128.load(w, 208), value, t3);
          w += 256;
        }
        for (; x < end; x += 4) {
          const value = v128.load_splat<f32>(x);
          s0 = multiplyAdd(v128.load(w), value, s0);
          t0 = multiplyAdd(v128.load(w, 16), value, t0);
          w += 64;
        }
        const to = out + row * outStride + half;
        v128.store(to, f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), v128.load(bias + half)));
        v128.store(to, f32x4.add(f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3)), v128.load(bias + half, 16)), 16);
      }
    }
    b += (<usize>depth) << 6;
    bias += 64;
    out += outPanel;
  }
}
