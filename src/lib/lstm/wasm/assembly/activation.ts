/**
 * tanh as a quotient of polynomials for |x| ≤ 7.905: coefficients published with Eigen (MPL-2.0), error 3.5e-7 absolute and
 * relative.
 */
import { multiplyAdd } from './simd';

/** tanh of each lane; a NaN stays one. */
export function tanh(value: v128): v128 {
  // `pmin` is one instruction on x64, `min` five.
  const x = f32x4.pmax(f32x4.pmin(value, f32x4.splat(7.90531110763549805)), f32x4.splat(-7.90531110763549805));
  const square = f32x4.mul(x, x);
  let over = multiplyAdd(square, f32x4.splat(-2.76076847742355e-16), f32x4.splat(2.00018790482477e-13));
  over = multiplyAdd(square, over, f32x4.splat(-8.60467152213735e-11));
  over = multiplyAdd(square, over, f32x4.splat(5.12229709037114e-8));
  over = multiplyAdd(square, over, f32x4.splat(1.48572235717979e-5));
  over = multiplyAdd(square, over, f32x4.splat(6.37261928875436e-4));
  over = multiplyAdd(square, over, f32x4.splat(4.89352455891786e-3));
  let under = multiplyAdd(square, f32x4.splat(1.19825839466702e-6), f32x4.splat(1.18534705686654e-4));
  under = multiplyAdd(square, under, f32x4.splat(2.268434632439e-3));
  under = multiplyAdd(square, under, f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(x, over), under);
}
