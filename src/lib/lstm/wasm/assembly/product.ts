/**
 * out = initial + A · B, two rows by sixteen columns at a time: eight sums, two broadcasts and four weights are what an x64
 * engine keeps in its fifteen vector registers. Larger tiles and unrolled loops were measured to spill and to be half as fast.
 *
 * B lies in panels of sixteen columns, `[panel][depth][16]`. A row of A may itself lie in pieces of `piece` numbers,
 * `pieceStride` bytes apart, because the gates of an LSTM layer do.
 */
import { multiplyAdd } from './simd';

/** Two rows of A times one panel. */
function multiplyRows2(
  a0: usize,
  a1: usize,
  piece: i32,
  pieces: i32,
  pieceStride: usize,
  b: usize,
  initial0: usize,
  initial1: usize,
  out0: usize,
  out1: usize
): void {
  let s0 = v128.load(initial0);
  let s1 = v128.load(initial0, 16);
  let s2 = v128.load(initial0, 32);
  let s3 = v128.load(initial0, 48);
  let t0 = v128.load(initial1);
  let t1 = v128.load(initial1, 16);
  let t2 = v128.load(initial1, 32);
  let t3 = v128.load(initial1, 48);
  const bytes: usize = piece << 2;
  for (let i = 0; i < pieces; i++) {
    const end = a0 + bytes;
    while (a0 < end) {
      const x0 = v128.load_splat<f32>(a0);
      const x1 = v128.load_splat<f32>(a1);
      let w = v128.load(b);
      s0 = multiplyAdd(w, x0, s0);
      t0 = multiplyAdd(w, x1, t0);
      w = v128.load(b, 16);
      s1 = multiplyAdd(w, x0, s1);
      t1 = multiplyAdd(w, x1, t1);
      w = v128.load(b, 32);
      s2 = multiplyAdd(w, x0, s2);
      t2 = multiplyAdd(w, x1, t2);
      w = v128.load(b, 48);
      s3 = multiplyAdd(w, x0, s3);
      t3 = multiplyAdd(w, x1, t3);
      a0 += 4;
      a1 += 4;
      b += 64;
    }
    a0 += pieceStride - bytes;
    a1 += pieceStride - bytes;
  }
  v128.store(out0, s0);
  v128.store(out0, s1, 16);
  v128.store(out0, s2, 32);
  v128.store(out0, s3, 48);
  v128.store(out1, t0);
  v128.store(out1, t1, 16);
  v128.store(out1, t2, 32);
  v128.store(out1, t3, 48);
}

/** The row that is left over. */
function multiplyRow(
  a: usize,
  piece: i32,
  pieces: i32,
  pieceStride: usize,
  b: usize,
  initial: usize,
  out: usize
): void {
  let s0 = v128.load(initial);
  let s1 = v128.load(initial, 16);
  let s2 = v128.load(initial, 32);
  let s3 = v128.load(initial, 48);
  const bytes: usize = piece << 2;
  for (let i = 0; i < pieces; i++) {
    const end = a + bytes;
    while (a < end) {
      const x = v128.load_splat<f32>(a);
      s0 = multiplyAdd(v128.load(b), x, s0);
      s1 = multiplyAdd(v128.load(b, 16), x, s1);
      s2 = multiplyAdd(v128.load(b, 32), x, s2);
      s3 = multiplyAdd(v128.load(b, 48), x, s3);
      a += 4;
      b += 64;
    }
    a += pieceStride - bytes;
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

/**
 * All rows and panels. Strides in bytes: `initial` begins `initialStride` further for each row (0: one bias for all rows) and
 * `initialPanel` for each panel, `out` likewise. `initial` and `out` may be the same.
 */
export function multiply(
  a: usize,
  aStride: usize,
  piece: i32,
  pieces: i32,
  pieceStride: usize,
  rows: i32,
  b: usize,
  panels: i32,
  initial: usize,
  initialStride: usize,
  initialPanel: usize,
  out: usize,
  outStride: usize,
  outPanel: usize
): void {
  const depth: usize = piece * pieces;
  for (let panel: usize = 0; panel < <usize>panels; panel++) {
    const weights = b + panel * depth * 64;
    let row: usize = 0;
    for (; row + 1 < <usize>rows; row += 2) {
      const first = initial + panel * initialPanel + row * initialStride;
      const target = out + panel * outPanel + row * outStride;
      multiplyRows2(
        a + row * aStride,
        a + (row + 1) * aStride,
        piece,
        pieces,
        pieceStride,
        weights,
        first,
        first + initialStride,
        target,
        target + outStride
      );
    }
    if (row < <usize>rows) {
      multiplyRow(
        a + row * aStride,
        piece,
        pieces,
        pieceStride,
        weights,
        initial + panel * initialPanel + row * initialStride,
        out + panel * outPanel + row * outStride
      );
    }
  }
}
