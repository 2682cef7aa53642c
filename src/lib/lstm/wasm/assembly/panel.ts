/** Moves numbers between the layouts. */

/** out `[depth / 16][panels · 16][16]` = in `[panel][depth][16]` turned round, for products with a gradient. Lanes beyond depth stay as they are. */
export function transpose(source: usize, panels: i32, depth: i32, out: usize): void {
  const size: usize = (<usize>panels) << 10;
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    for (let k: usize = 0; k < <usize>depth; k++) {
      let to = out + (k >> 4) * size + panel * 1024 + (k & 15) * 4;
      for (let c: usize = 0; c < 64; c += 4) {
        store<f32>(to, load<f32>(source + c));
        to += 64;
      }
      source += 64;
    }
  }
}

/** out `[step][row][channels]` = in `[row][step][channels]`. */
export function interleave(source: usize, rows: i32, steps: i32, channels: i32, out: usize): void {
  const size: usize = channels * 4;
  for (let row: usize = 0; row < <usize>rows; row++) {
    let to = out + row * size;
    for (let step = 0; step < steps; step++) {
      for (let at: usize = 0; at < size; at += 4) store<f32>(to + at, load<f32>(source + at));
      source += size;
      to += <usize>rows * size;
    }
  }
}
