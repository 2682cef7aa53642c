/**
 * Sigmoid and hyperbolic tangent in WGSL, written out: the built-in `tanh` overflows on some drivers, and `exp` may return
 * anything where its result is no finite number. A rational tangent was measured to be no faster, even on a processor.
 */

/** WGSL of `activateGates(vec4(i, f, c, o))`, and of `hyperbolicTangent` of the type named. */
export const activations = (vector: string) => `
fn activateGates(z : vec4<f32>) -> vec4<f32> {
  let e = exp(min(z * vec4<f32>(-1.0, -1.0, -2.0, -1.0), vec4<f32>(60.0)));
  return vec4<f32>(1.0, 1.0, 2.0, 1.0) / (1.0 + e) - vec4<f32>(0.0, 0.0, 1.0, 0.0);
}
fn hyperbolicTangent(x : ${vector}) -> ${vector} {
  return 2.0 / (1.0 + exp(min(-2.0 * x, ${vector}(60.0)))) - 1.0;
}`;
