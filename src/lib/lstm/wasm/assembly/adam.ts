/** One step of Adam over flat parameters (Kingma and Ba 2015, ε outside the root, after the bias correction). */

/** Σ g², for the norm that clipping compares. `count` is a multiple of four. */
export function sumSquares(g: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  const end = g + ((<usize>count) << 2);
  for (; g < end; g += 16) {
    const v = v128.load(g);
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
  }
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
}

/**
 * m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², θ −= rate·m / (√(v·unbias) + ε), for g times `scale`. `rate` is the learning rate
 * over 1 − β₁ᵗ, `unbias` 1 / (1 − β₂ᵗ). `count` is a multiple of four.
 */
export function adam(
  parameters: usize,
  gradient: usize,
  m: usize,
  v: usize,
  count: i32,
  scale: f64,
  rate: f64,
  beta1: f64,
  beta2: f64,
  unbias: f64,
  epsilon: f64
): void {
  const by = f32x4.splat(<f32>scale);
  const keep1 = f32x4.splat(<f32>beta1);
  const keep2 = f32x4.splat(<f32>beta2);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const correct = f32x4.splat(<f32>unbias);
  const floor = f32x4.splat(<f32>epsilon);
  const step = f32x4.splat(<f32>rate);
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const g = f32x4.mul(by, v128.load(gradient + at));
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m + at)), f32x4.mul(take1, g));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v + at)), f32x4.mul(take2, f32x4.mul(g, g)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const under = f32x4.add(f32x4.sqrt(f32x4.mul(second, correct)), floor);
    const change = f32x4.div(f32x4.mul(step, first), under);
    v128.store(parameters + at, f32x4.sub(v128.load(parameters + at), change));
  }
}
