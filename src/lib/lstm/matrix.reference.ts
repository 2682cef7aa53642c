/**
 * The three products a layer and its gradient are made of, over row-major matrices in double precision. They add to what is
 * there. Each takes four rows at a time, because a sum is then loaded and stored once for four products.
 */

/** sum `[rows, columns]` += x `[rows, inner]` · matrix `[inner, columns]`. */
export function addProduct(sum: Float64Array, x: Float64Array, matrix: Float64Array, rows: number): void {
  const columns = sum.length / rows;
  const inner = x.length / rows;
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const from = row * inner + k;
      const [x0, x1, x2, x3] = [x[from]!, x[from + 1]!, x[from + 2]!, x[from + 3]!];
      const at0 = k * columns;
      const at1 = at0 + columns;
      const at2 = at1 + columns;
      const at3 = at2 + columns;
      for (let j = 0; j < columns; j++) {
        sum[to + j]! += x0 * matrix[at0 + j]! + x1 * matrix[at1 + j]! + x2 * matrix[at2 + j]! + x3 * matrix[at3 + j]!;
      }
    }
    for (; k < inner; k++) {
      const xk = x[row * inner + k]!;
      for (let j = 0; j < columns; j++) sum[to + j]! += xk * matrix[k * columns + j]!;
    }
  }
}

/** sum `[rows, inner]` += y `[rows, columns]` · matrixᵀ, with matrix `[inner, columns]`. */
export function addProductWithTransposed(sum: Float64Array, y: Float64Array, matrix: Float64Array, rows: number): void {
  const columns = y.length / rows;
  const inner = sum.length / rows;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = row * inner;
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const at0 = k * columns;
      const at1 = at0 + columns;
      const at2 = at1 + columns;
      const at3 = at2 + columns;
      let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
      for (let j = 0; j < columns; j++) {
        const yj = y[from + j]!;
        sum0 += yj * matrix[at0 + j]!;
        sum1 += yj * matrix[at1 + j]!;
        sum2 += yj * matrix[at2 + j]!;
        sum3 += yj * matrix[at3 + j]!;
      }
      sum[to + k]! += sum0;
      sum[to + k + 1]! += sum1;
      sum[to + k + 2]! += sum2;
      sum[to + k + 3]! += sum3;
    }
    for (; k < inner; k++) {
      for (let j = 0; j < columns; j++) sum[to + k]! += y[from + j]! * matrix[k * columns + j]!;
    }
  }
}

/** sum `[inner, columns]` += xᵀ · y, with x `[rows, inner]` and y `[rows, columns]`. */
export function addTransposedProduct(sum: Float64Array, x: Float64Array, y: Float64Array, rows: number): void {
  const columns = y.length / rows;
  const inner = x.length / rows;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const at0 = row * columns;
    const at1 = at0 + columns;
    const at2 = at1 + columns;
    const at3 = at2 + columns;
    for (let k = 0; k < inner; k++) {
      const from = row * inner + k;
      const [x0, x1, x2, x3] = [x[from]!, x[from + inner]!, x[from + 2 * inner]!, x[from + 3 * inner]!];
      const to = k * columns;
      for (let j = 0; j < columns; j++) {
        sum[to + j]! += x0 * y[at0 + j]! + x1 * y[at1 + j]! + x2 * y[at2 + j]! + x3 * y[at3 + j]!;
      }
    }
  }
  for (; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const xk = x[row * inner + k]!;
      for (let j = 0; j < columns; j++) sum[k * columns + j]! += xk * y[row * columns + j]!;
    }
  }
}
