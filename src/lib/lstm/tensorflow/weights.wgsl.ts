/**
 * Between the weights as tf.layers has them and as the LSTM kernels read and write them: copies with the four gates of a unit
 * side by side, and the parts of a gradient summed into one tensor per weight.
 */
import type { LstmLayer } from '../shape';
import { createKernel, readF32, readVec4, writeF32, writeVec4 } from '../webgpu/kernel.wgsl';

/** Threads of a workgroup, each makes one element of the output. */
export const elementThreads = 64;

type Sizes = Pick<LstmLayer, 'inputs' | 'units'>;

const perElement = (count: number, body: string) => `
@compute @workgroup_size(${elementThreads})
fn main(@builtin(global_invocation_id) at : vec3<u32>) {
  let i = at.x;
  if (i >= ${count}u) { return; }
  ${body}
}`;
const gatesOf = (array: string, row: string, unit: string, units: number) => {
  const at = `${row} * ${4 * units}u + ${unit}`;
  return `vec4<f32>(${[0, 1, 2, 3].map((gate) => `${array}[${at} + ${gate * units}u]`).join(', ')})`;
};

/** Writes `packed` `[inputs + units + 1, units]` vectors i, f, c, o: kernel, recurrent kernel, bias. A thread for each. */
export function createPackKernel({ inputs, units }: Sizes) {
  return createKernel(
    `pack ${inputs}, ${units}`,
    { kernel: readF32, recurrent: readF32, bias: readF32, packed: writeVec4 },
    perElement(
      (inputs + units + 1) * units,
      `let row = i / ${units}u;
  let unit = i % ${units}u;
  if (row < ${inputs}u) { packed[i] = ${gatesOf('kernel', 'row', 'unit', units)}; }
  else if (row < ${inputs + units}u) { packed[i] = ${gatesOf('recurrent', `(row - ${inputs}u)`, 'unit', units)}; }
  else { packed[i] = ${gatesOf('bias', '0u', 'unit', units)}; }`
    )
  );
}

/** Writes vectors i, f, c, o transposed: `recurrentT` `[units, units]` and `kernelT` `[units, inputs]`. A thread for each. */
export function createTransposeKernel({ inputs, units }: Sizes) {
  return createKernel(
    `transpose ${inputs}, ${units}`,
    { kernel: readF32, recurrent: readF32, kernelT: writeVec4, recurrentT: writeVec4 },
    perElement(
      units * (units + inputs),
      `let row = i / ${units}u;
  let unit = i % ${units}u;
  if (row < ${units}u) { recurrentT[unit * ${units}u + row] = ${gatesOf('recurrent', 'row', 'unit', units)}; }
  else {
    let k = row - ${units}u;
    kernelT[unit * ${inputs}u + k] = ${gatesOf('kernel', 'k', 'unit', units)};
  }`
    )
  );
}

/** Sums `partials` `[splits, inputs + units + 1, units]`, vectors as in `packed`, in order into one gradient per weight. A thread for each vector. */
export function createSumKernel({ inputs, units }: Sizes) {
  const elements = (inputs + units + 1) * units;
  const store = (array: string, row: string) =>
    [0, 1, 2, 3].map((gate) => `${array}[${row} * ${4 * units}u + ${gate * units}u + unit] = sum[${gate}];`).join(' ');
  return createKernel(
    `sum ${inputs}, ${units}`,
    { partials: readVec4, dKernel: writeF32, dRecurrent: writeF32, dBias: writeF32 },
    perElement(
      elements,
      `let splits = (step.rows + step.perSplit - 1u) / step.perSplit;
  var sum = vec4<f32>();
  for (var s = 0u; s < splits; s++) { sum += partials[s * ${elements}u + i]; }
  let row = i / ${units}u;
  let unit = i % ${units}u;
  if (row < ${inputs}u) { ${store('dKernel', 'row')} }
  else if (row < ${inputs + units}u) { ${store('dRecurrent', `(row - ${inputs}u)`)} }
  else { ${store('dBias', '0u')} }`
    )
  );
}
