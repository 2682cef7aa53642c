import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { diagonalise, principalAxes, squaredResidual } from '$lib/evaluate/principal-components';

const random = createRandom(7);

describe('principal components', () => {
  it('diagonalises a symmetric matrix: A V = V Λ with V orthonormal', () => {
    const n = 12;
    const matrix = Array.from({ length: n }, () => new Float64Array(n));
    for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) matrix[i]![k] = matrix[k]![i] = random.normal();
    const { values, vectors } = diagonalise(matrix);
    const column = (k: number) => vectors.map((row) => row[k]!);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
    for (let k = 0; k < n; k++) {
      for (let m = 0; m < n; m++) expect(dot(column(k), column(m))).toBeCloseTo(k === m ? 1 : 0, 12);
      matrix.forEach((row, i) => expect(dot(row, column(k))).toBeCloseTo(values[k]! * vectors[i]![k]!, 12));
    }
  });

  it('knows the eigenvalues 1 and 3 of [[2, 1], [1, 2]]', () => {
    const { values } = diagonalise([Float64Array.of(2, 1), Float64Array.of(1, 2)]);
    expect([...values].sort()).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]);
  });

  it('finds the plane of two mixed signals and leaves only what stands out of it', () => {
    const wave = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i / 7));
    const ramp = Float64Array.from({ length: 200 }, (_, i) => i / 100 - 1);
    const columns = [wave, ramp, wave.map((x, i) => x + ramp[i]!), new Float64Array(200)];
    const axes = principalAxes(columns, 2);
    expect(Math.max(...squaredResidual(columns, axes))).toBeLessThan(1e-24);
    columns[3]![50] = 2;
    expect(squaredResidual(columns, axes)[50]).toBeCloseTo(4, 12);
  });

  it('fits without the rows that lack a value, and does not score them', () => {
    const wave = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i / 7));
    const columns = [wave, wave.map((x) => 2 * x)];
    columns[0]![30] = NaN;
    const residual = squaredResidual(columns, principalAxes(columns, 1));
    expect(residual[30]).toBeNaN();
    expect(residual[31]).toBeLessThan(1e-24);
  });
});
