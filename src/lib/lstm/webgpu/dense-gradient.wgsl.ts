/** The gradient of a dense layer by its weights, [x ; 1]ᵀ·dy, as partial sums: the head's over every step, the latent layer's over windows. */
import type { DenseLayer } from '../shape';
import { createKernel, readF32, unroll, writeF32 } from './kernel.wgsl';
import type { Stretch } from './packing';
import { takeSplit } from './partial-sums';

const across = 8;
const down = 8;
const side = 4;

/** Workgroups for `splits` splits. */
export function countDenseGradientGroups({ inputs, units }: DenseLayer, splits: number): [number, number, number] {
  return [Math.ceil((inputs + 1) / (across * side)), Math.ceil(units / (down * side)), splits];
}

/** Rows of a dense layer's input: how many to a window, how many numbers apart, from where on. */
export interface DenseInput {
  readonly rowsPerWindow: number;
  readonly stride: number;
  readonly offset: number;
}

/**
 * Reads `input` and `dOutput` `[rows·rowsPerWindow, units]`. Writes the layer's part, `target`, of each of the `partials`
 * `[splits, orderLength]`.
 */
export function createDenseGradientKernel(
  { inputs, units }: DenseLayer,
  { rowsPerWindow, stride, offset }: DenseInput,
  target: Stretch,
  orderLength: number
) {
  const cells = side * side;
  const k = (i: number) => `(k0 + ${Math.floor(i / side)}u)`;
  const j = (i: number) => `(j0 + ${i % side}u)`;
  return createKernel(
    `dense gradient ${inputs}, ${units}`,
    { input: readF32, dOutput: readF32, partials: writeF32 },
    `
@compute @workgroup_size(${across}, ${down})
fn main(@builtin(global_invocation_id) thread : vec3<u32>, @builtin(workgroup_id) group : vec3<u32>) {
  ${takeSplit(orderLength)}
  let k0 = thread.x * ${side}u;
  let j0 = thread.y * ${side}u;
  if (k0 > ${inputs}u || j0 >= ${units}u) { return; }
  ${unroll(cells, (i) => `var sum${i} = 0.0;`)}
  for (var row = begin * ${rowsPerWindow}u; row < end * ${rowsPerWindow}u; row++) {
    let at = row * ${stride}u + ${offset}u;
    ${unroll(side, (a) => `let x${a} = select(input[at + min(k0 + ${a}u, ${inputs - 1}u)], 1.0, k0 + ${a}u >= ${inputs}u);`)}
    ${unroll(side, (b) => `let d${b} = dOutput[row * ${units}u + min(j0 + ${b}u, ${units - 1}u)];`)}
    ${unroll(cells, (i) => `sum${i} = fma(x${Math.floor(i / side)}, d${i % side}, sum${i});`)}
  }
  ${unroll(
    cells,
    (i) => `if (${k(i)} <= ${inputs}u && ${j(i)} < ${units}u) {
    partials[partial + ${target.offset}u + ${k(i)} * ${units}u + ${j(i)}] = sum${i};
  }`
  )}
}`
  );
}
