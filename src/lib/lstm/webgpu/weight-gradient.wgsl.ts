/**
 * The gradient of an LSTM layer by its weights, [x_t ; h_{t−1} ; 1]ᵀ·dG, as partial sums. A thread holds some rows of the
 * weights times some units (each a vec4 of the gates) in registers and walks over windows and steps. Behind a repeated vector the
 * input's part is taken once per window, with the gates' gradients summed over the steps; so is the bias of every layer.
 */
import type { LstmLayer } from '../shape';
import { createKernel, readF32, readI32, readVec4, unroll, writeVec4 } from './kernel.wgsl';
import type { Stretch } from './packing';
import { takeSplit } from './partial-sums';

/**
 * Where a layer's input lies: the series, read by the starts of the windows; a sequence `[rows, steps, inputs]`; one vector per
 * window, `stride` numbers apart from `offset` on.
 */
export type LayerInput =
  | { readonly kind: 'windows' | 'sequence' }
  | { readonly kind: 'repeated'; readonly stride: number; readonly offset: number };

const threads = 64;
const maxRows = 8;
const unitsPerThread = 2;

/** Workgroups for `splits` splits. */
export function countWeightGradientGroups({ inputs, units }: LstmLayer, splits: number): [number, number, number] {
  const lanes = countLanes(units);
  const blocks = cutRows(inputs).blocks + cutRows(units).blocks + 1;
  return [Math.ceil(units / (lanes * unitsPerThread)), Math.ceil(blocks / (threads / lanes)), splits];
}

/**
 * Reads the layer's `input` as `LayerInput` says, its `hidden` states `[rows, steps, units]`, the gradients `dGates` of the same
 * shape and their sums over the steps `gateSums` `[rows, units]`. Writes the layer's part, `target`, of each of the `partials`
 * `[splits, orderLength]`.
 */
export function createWeightGradientKernel(
  { inputs, units }: LstmLayer,
  steps: number,
  input: LayerInput,
  target: Stretch,
  orderLength: number
) {
  const lanes = countLanes(units);
  const inputRows = cutRows(inputs);
  const recurrentRows = cutRows(units);
  const biasBlock = inputRows.blocks + recurrentRows.blocks;

  /** Sums x·dG over the split into a block of rows: over every step from `firstStep` on, or where that is null over windows. */
  const sumBlock = (
    { count, rows }: { count: number; rows: number },
    firstRow: number,
    firstStep: number | null,
    at: string,
    x: (r: number) => string
  ) => {
    const cells = rows * unitsPerThread;
    const row = (i: number) => Math.floor(i / unitsPerThread);
    const unit = (i: number) => i % unitsPerThread;
    const gradients =
      firstStep === null ? `gateSums[window * ${units}u` : `dGates[(window * ${steps}u + t) * ${units}u`;
    const accumulate = `${at}
        ${unroll(unitsPerThread, (u) => `let d${u} = ${gradients} + column${u}];`)}
        ${unroll(rows, (r) => `let x${r} = vec4<f32>(${x(r)});`)}
        ${unroll(cells, (i) => `sum${i} = fma(x${row(i)}, d${unit(i)}, sum${i});`)}`;
    return `
    ${unroll(rows, (r) => `let k${r} = min(row + ${r}u, ${count - 1}u);`)}
    ${unroll(cells, (i) => `var sum${i} = vec4<f32>();`)}
    for (var window = begin; window < end; window++) {
      ${firstStep === null ? accumulate : `for (var t = ${firstStep}u; t < ${steps}u; t++) { ${accumulate} }`}
    }
    let place = partial + ${target.offset / 4}u + (${firstRow}u + row) * ${units}u;
    ${unroll(cells, (i) => {
      const inside = [
        ...(count % rows === 0 ? [] : [`row + ${row(i)}u < ${count}u`]),
        ...(units % (lanes * unitsPerThread) === 0 ? [] : [`unit${unit(i)} < ${units}u`])
      ];
      const store = `partials[place + ${row(i) * units}u + unit${unit(i)}] = sum${i};`;
      return inside.length === 0 ? store : `if (${inside.join(' && ')}) { ${store} }`;
    })}`;
  };

  const readInput = {
    windows: `let at = (u32(starts[step.first + window]) + t) * ${inputs}u;`,
    sequence: `let at = (window * ${steps}u + t) * ${inputs}u;`,
    repeated: input.kind === 'repeated' ? `let at = window * ${input.stride}u + ${input.offset}u;` : ''
  }[input.kind];

  return createKernel(
    `weight gradient ${inputs}, ${units}, ${input.kind}`,
    {
      input: readF32,
      starts: readI32,
      hidden: readF32,
      dGates: readVec4,
      gateSums: readVec4,
      partials: writeVec4
    },
    `
@compute @workgroup_size(${lanes}, ${threads / lanes})
fn main(@builtin(local_invocation_id) thread : vec3<u32>, @builtin(workgroup_id) group : vec3<u32>) {
  ${takeSplit(orderLength / 4)}
  let block = group.y * ${threads / lanes}u + thread.y;
  ${unroll(
    unitsPerThread,
    (u) => `let unit${u} = group.x * ${lanes * unitsPerThread}u + thread.x + ${u * lanes}u;
  let column${u} = min(unit${u}, ${units - 1}u);`
  )}
  if (block < ${inputRows.blocks}u) {
    let row = block * ${inputRows.rows}u;
    ${sumBlock(inputRows, 0, input.kind === 'repeated' ? null : 0, readInput, (r) => `input[at + k${r}]`)}
  } else if (block < ${biasBlock}u) {
    let row = (block - ${inputRows.blocks}u) * ${recurrentRows.rows}u;
    ${sumBlock(recurrentRows, inputs, 1, `let at = (window * ${steps}u + t - 1u) * ${units}u;`, (r) => `hidden[at + k${r}]`)}
  } else if (block == ${biasBlock}u) {
    let row = 0u;
    ${sumBlock({ rows: 1, count: 1 }, inputs + units, null, '', () => '1.0')}
  }
}`
  );
}

/** Rows of the weights in blocks of at most `maxRows`, as even as can be. */
function cutRows(count: number) {
  const blocks = Math.ceil(count / maxRows);
  return { count, blocks, rows: Math.ceil(count / blocks) };
}

/** Threads along the units: a power of two, so that the rest of the workgroup divides evenly among blocks of rows. */
function countLanes(units: number): number {
  let lanes = 4;
  while (lanes < 32 && lanes * unitsPerThread < units) lanes *= 2;
  return lanes;
}
