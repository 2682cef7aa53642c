/**
 * Vector arithmetic of the kernels, four 32-bit floats at a time. One source, two builds: with relaxed SIMD a multiply-add is
 * one rounding and one instruction, without it two.
 */

/** a·b + c. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
