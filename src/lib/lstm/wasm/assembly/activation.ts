/**
 * σ and tanh, both as ½·tanh(x / 2) of what they are given: an odd quotient of polynomials, over 9 by under 8, the last of `under` 1.
 * Its coefficients are ours, of least error for |x| ≤ 16 (Chebyshev, by differential correction): 3e-9, so that only rounding and the
 * clamping show: tanh is off by 3.7e-7, absolute and relative, σ by 2.1e-7.
 *
 * The constants are exported and variable because V8 then takes each from memory, once for all that a loop squashes. What it
 * knows to be constant it builds anew for each use in three instructions, which was two thirds of the code.
 */
import { multiplyAdd } from './simd';

/* eslint-disable prefer-const -- variable on purpose, see above */
export let most: v128 = f32x4.splat(16);
export let least: v128 = f32x4.splat(-16);
export let half: v128 = f32x4.splat(0.5);
export let one: v128 = f32x4.splat(1);
export let over0: v128 = f32x4.splat(75707646.2);
export let over1: v128 = f32x4.splat(2543433.07);
export let over2: v128 = f32x4.splat(16864.5715);
export let over3: v128 = f32x4.splat(25.7560808);
export let over4: v128 = f32x4.splat(0.00445420841);
export let under0: v128 = f32x4.splat(302830594);
export let under1: v128 = f32x4.splat(35409605.6);
export let under2: v128 = f32x4.splat(494673.371);
export let under3: v128 = f32x4.splat(1608.39174);
/* eslint-enable prefer-const */

/** ½·tanh(x / 2) of each lane; a NaN stays one. */
function squash(value: v128): v128 {
  // `pmin` is one instruction on x64, `min` five.
  const x = f32x4.pmax(f32x4.pmin(value, most), least);
  const square = f32x4.mul(x, x);
  let over = multiplyAdd(square, over4, over3);
  over = multiplyAdd(square, over, over2);
  over = multiplyAdd(square, over, over1);
  over = multiplyAdd(square, over, over0);
  let under = f32x4.add(square, under3);
  under = multiplyAdd(square, under, under2);
  under = multiplyAdd(square, under, under1);
  under = multiplyAdd(square, under, under0);
  return f32x4.div(f32x4.mul(x, over), under);
}

/** σ of each lane. */
export function sigmoid(value: v128): v128 {
  return f32x4.add(squash(value), half);
}

/** tanh of each lane. */
export function tanh(value: v128): v128 {
  const squashed = squash(f32x4.add(value, value));
  return f32x4.add(squashed, squashed);
}
