/**
 * What comes after the dense head: the error of each window and channel, or the loss and its gradient.
 * Layouts: x `[step][row][channels]`, y `[panel][step][row][16]`.
 */

/** |d| or d². */
function measure(d: v128, isSquared: i32): v128 {
  return isSquared ? f32x4.mul(d, d) : f32x4.abs(d);
}

/**
 * Sums the error over the steps: `out` `[row][stride]` gets Σ|x − y| or Σ(x − y)² per channel, `last` `[row][stride]` the
 * reconstruction of the last step; strides are 16 floats a panel. Lanes beyond the channels hold nothing.
 */
export function sumErrors(
  x: usize,
  y: usize,
  rows: i32,
  steps: i32,
  channels: i32,
  isSquared: i32,
  out: usize,
  last: usize
): void {
  const plane: usize = rows * 64;
  const xStep: usize = rows * channels * 4;
  for (let row: usize = 0; row < <usize>rows; row++) {
    for (let channel: usize = 0; channel < <usize>channels; channel += 4) {
      const panel = channel >> 4;
      let from = x + (row * channels + channel) * 4;
      let to = y + panel * steps * plane + row * 64 + (channel & 15) * 4;
      let sum = f32x4.splat(0);
      for (let step = 0; step < steps; step++) {
        sum = f32x4.add(sum, measure(f32x4.sub(v128.load(from), v128.load(to)), isSquared));
        from += xStep;
        to += plane;
      }
      v128.store(out, sum);
      v128.store(last, v128.load(to - plane));
      out += 16;
      last += 16;
    }
    const rest: usize = (16 - (channels & 15)) & 15 & ~3;
    out += rest * 4;
    last += rest * 4;
  }
}

/**
 * Turns y into the gradient of the loss, `scale`·2(y − x) or `scale`·sign(y − x), zero beyond the channels, and returns
 * Σ(y − x)² or Σ|y − x|. `count` is steps × rows.
 */
export function differentiateLoss(x: usize, y: usize, count: i32, channels: i32, isSquared: i32, scale: f32): f64 {
  const by = f32x4.splat(isSquared ? 2 * scale : scale);
  const zero = f32x4.splat(0);
  let total: f64 = 0;
  for (let channel: i32 = 0; channel < channels; channel += 4) {
    const lanes = i32x4.lt_s(i32x4.add(i32x4.splat(channel), i32x4(0, 1, 2, 3)), i32x4.splat(channels));
    let from = x + <usize>channel * 4;
    let to = y + <usize>(channel >> 4) * <usize>count * 64 + <usize>(channel & 15) * 4;
    let sum = zero;
    for (let i = 0; i < count; i++) {
      const d = v128.and(f32x4.sub(v128.load(to), v128.load(from)), lanes);
      sum = f32x4.add(sum, measure(d, isSquared));
      const sign = f32x4.sub(v128.and(f32x4.gt(d, zero), by), v128.and(f32x4.lt(d, zero), by));
      v128.store(to, isSquared ? f32x4.mul(d, by) : sign);
      from += <usize>channels * 4;
      to += 64;
    }
    total +=
      <f64>f32x4.extract_lane(sum, 0) +
      <f64>f32x4.extract_lane(sum, 1) +
      (<f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3));
  }
  return total;
}
