/**
 * Principal axes of a few channels: sample covariance and its eigenvectors by Jacobi rotations, which are short, exact for
 * symmetric matrices and quick enough for some dozens of channels.
 */

/** Rotation sweeps; the method converges quadratically, so that this is far more than ever needed. */
const maxSweeps = 50;

/** Unit vectors of the `count` largest eigenvalues of the columns' sample covariance (n − 1). Rows with a NaN are left out. */
export function principalAxes(columns: readonly Float64Array[], count: number): Float64Array[] {
  const { values, vectors } = diagonalise(covariance(columns));
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  return order.slice(0, count).map((k) => Float64Array.from(vectors, (row) => row[k]!));
}

/** Squared length of what each row has outside the axes: Σ (z − V V' z)². NaN where a value of the row is. */
export function squaredResidual(columns: readonly Float64Array[], axes: readonly Float64Array[]): Float64Array {
  return Float64Array.from(columns[0] ?? [], (_, i) => {
    const rest = Float64Array.from(columns, (column) => column[i]!);
    for (const axis of axes) {
      // The axes are orthonormal, so that taking them off one after the other is the projection.
      const along = rest.reduce((sum, value, c) => sum + value * axis[c]!, 0);
      for (let c = 0; c < rest.length; c++) rest[c]! -= along * axis[c]!;
    }
    return rest.reduce((sum, value) => sum + value * value, 0);
  });
}

function covariance(columns: readonly Float64Array[]): Float64Array[] {
  const rows = [...(columns[0] ?? []).keys()].filter((i) => columns.every((column) => !Number.isNaN(column[i])));
  const centred = columns.map((column) => {
    const mean = rows.reduce((sum, i) => sum + column[i]!, 0) / rows.length;
    return rows.map((i) => column[i]! - mean);
  });
  return centred.map((a) =>
    Float64Array.from(centred, (b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0) / (rows.length - 1))
  );
}

/** Eigenvalues of a symmetric matrix and, as columns of `vectors`, its unit eigenvectors, in no order. */
export function diagonalise(matrix: readonly Float64Array[]): { values: Float64Array; vectors: Float64Array[] } {
  const a = matrix.map((row) => row.slice());
  const n = a.length;
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_, k) => (i === k ? 1 : 0)));
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let rotations = 0;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = a[p]![q]!;
        if (Math.abs(off) <= Number.EPSILON * Math.sqrt(Math.abs(a[p]![p]! * a[q]![q]!)) || Number.isNaN(off)) continue;
        rotations++;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * off);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        const sine = tangent * cosine;
        for (const row of a) rotate(row, p, q, cosine, sine);
        for (let k = 0; k < n; k++) {
          const x = a[p]![k]!;
          const y = a[q]![k]!;
          a[p]![k] = cosine * x - sine * y;
          a[q]![k] = sine * x + cosine * y;
        }
        for (const row of vectors) rotate(row, p, q, cosine, sine);
      }
    }
    if (rotations === 0) break;
  }
  return { values: Float64Array.from(a, (row, i) => row[i]!), vectors };
}

function rotate(row: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const x = row[p]!;
  const y = row[q]!;
  row[p] = cosine * x - sine * y;
  row[q] = sine * x + cosine * y;
}
