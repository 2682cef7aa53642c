/**
 * Initial weights of an LSTM autoencoder from one seed, the same on every backend: Glorot-uniform kernels, orthogonal
 * recurrent kernels (Gram and Schmidt on normal draws), zero biases with a forget gate of one.
 * TensorFlow.js's own initialisers draw on the device, and its orthogonal one takes seconds there.
 */
import type { Random } from '../domain/random';

/** Glorot-uniform `[rows, columns]`; limit √(6 / (rows + columns)), Glorot and Bengio 2010. */
export function glorotUniform(rows: number, columns: number, random: Random): Float32Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return Float32Array.from({ length: rows * columns }, () => (2 * random.uniform() - 1) * limit);
}

/** `[units, 4·units]` with orthonormal rows, Saxe et al. 2014. */
export function orthogonal(units: number, random: Random): Float32Array {
  const columns = 4 * units;
  const matrix = Float64Array.from({ length: units * columns }, () => random.normal());
  for (let row = 0; row < units; row++) {
    const current = matrix.subarray(row * columns, (row + 1) * columns);
    for (let earlier = 0; earlier < row; earlier++) {
      const basis = matrix.subarray(earlier * columns, (earlier + 1) * columns);
      const dot = basis.reduce((sum, value, i) => sum + value * current[i]!, 0);
      for (let i = 0; i < columns; i++) current[i]! -= dot * basis[i]!;
    }
    const norm = Math.sqrt(current.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < columns; i++) current[i]! /= norm;
  }
  return Float32Array.from(matrix);
}

/** `[4·units]`: zero, one for the forget gate (Jozefowicz et al. 2015). */
export function lstmBias(units: number): Float32Array {
  return new Float32Array(4 * units).fill(1, units, 2 * units);
}
