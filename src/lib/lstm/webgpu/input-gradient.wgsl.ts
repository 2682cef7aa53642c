/**
 * The gradient of an LSTM layer by its input, dG·Wᵀ: for every step, or behind a repeated vector once per window with the gates'
 * gradients summed over the steps, for the sum of products is the product of the sum.
 */
import type { LstmLayer } from '../shape';
import { createKernel, mostGroups, readVec4, unroll, writeF32 } from './kernel.wgsl';

const across = 16;
const down = 4;
const rowsPerThread = 4;

const inputsPerThread = (inputs: number) => Math.min(4, Math.ceil(inputs / across));

/** Rows and inputs that a workgroup computes. */
const fitTile = (inputs: number) => ({ rows: down * rowsPerThread, inputs: across * inputsPerThread(inputs) });

/** Workgroups for `rows` rows of `inputs` inputs: along x as many as go there, the others in further layers of z. */
export function countInputGradientGroups(inputs: number, rows: number): [number, number, number] {
  const tile = fitTile(inputs);
  const groups = Math.ceil(rows / tile.rows);
  return [Math.min(mostGroups, groups), Math.ceil(inputs / tile.inputs), Math.ceil(groups / mostGroups)];
}

/**
 * Reads `dGates` `[rows·rowsPerWindow, units]` and `kernel`, transposed, as vec4 of the gates: `kernel[j·inputs + k]` holds
 * W[k, gate·units + j]. Writes `dInput` `[rows·rowsPerWindow, inputs]`.
 */
export function createInputGradientKernel({ inputs, units }: LstmLayer, rowsPerWindow: number) {
  const columns = inputsPerThread(inputs);
  const tile = fitTile(inputs);
  const cells = rowsPerThread * columns;
  return createKernel(
    `input gradient ${inputs}`,
    { dGates: readVec4, kernel: readVec4, dInput: writeF32 },
    `
@compute @workgroup_size(${across}, ${down})
fn main(@builtin(local_invocation_id) thread : vec3<u32>, @builtin(workgroup_id) group : vec3<u32>) {
  let rows = step.rows * ${rowsPerWindow}u;
  let first = (group.z * ${mostGroups}u + group.x) * ${tile.rows}u + thread.y * ${rowsPerThread}u;
  ${unroll(rowsPerThread, (r) => `let row${r} = min(first + ${r}u, rows - 1u) * ${units}u;`)}
  ${unroll(columns, (m) => `let k${m} = group.y * ${tile.inputs}u + thread.x + ${m * across}u; let at${m} = min(k${m}, ${inputs - 1}u);`)}
  ${unroll(cells, (i) => `var slope${i} = 0.0;`)}
  for (var j = 0u; j < ${units}u; j++) {
    ${unroll(rowsPerThread, (r) => `let g${r} = dGates[row${r} + j];`)}
    ${unroll(columns, (m) => `let w${m} = kernel[j * ${inputs}u + at${m}];`)}
    ${unroll(cells, (i) => `slope${i} += dot(g${Math.floor(i / columns)}, w${i % columns});`)}
  }
  ${unroll(
    cells,
    (i) => `if (first + ${Math.floor(i / columns)}u < rows && k${i % columns} < ${inputs}u) {
    dInput[(first + ${Math.floor(i / columns)}u) * ${inputs}u + k${i % columns}] = slope${i};
  }`
  )}
}`
  );
}
