/**
 * Backpropagation of one LSTM layer through all its steps in one dispatch. A workgroup owns a few windows; the gradients by h
 * and c stay in registers, those by the gates take the place of the saved gates and pass through workgroup memory, where
 * every thread needs all of them for the step before. After cuDNN's and haste's split: the products that do not depend on the
 * step before (weights, input) are left to other kernels.
 *
 * Windows beyond the micro-batch are computed like all others, in rows that buffers are padded with and nobody reads.
 */
import type { LstmLayer } from '../shape';
import { createKernel, readF32, readVec4, unroll, writeVec4 } from './kernel.wgsl';
import { memoryLimit, threadLimit } from './lstm-forward.wgsl';

/** How the work is cut; what is fastest depends on the device. */
export interface BackwardTile {
  /** Windows of a workgroup, at most `paddedRows`. */
  readonly windows: number;
  readonly unitsPerThread: number;
}

/** Buffers have a multiple of so many rows. */
export const paddedRows = 8;

/** Windows of a thread, as lanes of a vector, and threads of a workgroup: the tile, cut down to what fits every device. */
function fitTile(units: number, wanted: BackwardTile) {
  const room = Math.min(wanted.windows, Math.floor(memoryLimit / (16 * units)));
  if (room < 1) throw new RangeError(`${units} units in a layer, at most ${memoryLimit / 16} can be trained on WebGPU`);
  const lanes = room >= 4 ? 4 : room >= 2 ? 2 : 1;
  const groups = Math.floor(room / lanes);
  const unitsPerThread = Math.max(wanted.unitsPerThread, Math.ceil((units * groups) / threadLimit));
  return { lanes, groups, unitsPerThread };
}

/** Workgroups for `rows` windows. */
export function countBackwardGroups(rows: number, units: number, wanted: BackwardTile): number {
  const { lanes, groups } = fitTile(units, wanted);
  return Math.ceil(rows / (lanes * groups));
}

/**
 * Reads activated `gates` (i, f, c, o), `hidden` and `cells` `[rows, steps, units]` and `dHidden`, the slope of the loss by the
 * hidden states: `[rows, steps, units]`, or by the last one alone `[rows, units]`. `recurrent` is transposed:
 * `recurrent[j·units + k]` holds U[k, gate·units + j] for the four gates. Leaves in `gates` their gradients before activation, in
 * `gateSums` `[rows, units]` the sums of these over the steps.
 */
export function createBackwardKernel(
  { units }: LstmLayer,
  steps: number,
  slopes: 'every step' | 'last step',
  wanted: BackwardTile
) {
  const { lanes, groups, unitsPerThread } = fitTile(units, wanted);
  const across = Math.ceil(units / unitsPerThread);
  const isFull = across * unitsPerThread === units;
  const vector = lanes === 1 ? 'f32' : `vec${lanes}<f32>`;
  const lane = (name: string, r: number) => (lanes === 1 ? name : `${name}[${r}]`);
  const eachUnit = (write: (m: number) => string) => unroll(unitsPerThread, write);
  const eachGate = (write: (g: number) => string) => unroll(4, write);
  const eachWindow = (write: (r: number) => string) => unroll(lanes, write);
  const gather = (write: (r: number) => string) =>
    `${vector}(${Array.from({ length: lanes }, (_, r) => write(r)).join(', ')})`;
  const whereOwned = (m: number, body: string) => (isFull ? body : `if (unit${m} < ${units}u) { ${body} }`);
  const stride = steps * units;

  const stepBack = (m: number) => `
      let at = (first * ${steps}u + t) * ${units}u + unit${m};
      ${eachWindow((r) => `let gate${r} = gates[at + ${r * stride}u];`)}
      let i = ${gather((r) => `gate${r}.x`)};
      let f = ${gather((r) => `gate${r}.y`)};
      let c = ${gather((r) => `gate${r}.z`)};
      let o = ${gather((r) => `gate${r}.w`)};
      let tanhCell = ${gather((r) => `hidden[at + ${r * stride}u]`)} / o;
      var before = ${vector}();
      if (t > 0u) { before = ${gather((r) => `cells[at + ${r * stride}u - ${units}u]`)}; }
      let dOut = dh${m}${slopes === 'every step' ? ` + ${gather((r) => `dHidden[at + ${r * stride}u]`)}` : ''};
      let dCell = dc${m} + dOut * o * (1.0 - tanhCell * tanhCell);
      let d0 = dCell * c * i * (1.0 - i);
      let d1 = dCell * before * f * (1.0 - f);
      let d2 = dCell * i * (1.0 - c * c);
      let d3 = dOut * tanhCell * o * (1.0 - o);
      dc${m} = dCell * f;
      ${eachGate((g) => `sum${m}_${g} += d${g}; passed[mine + unit${m} * 4u + ${g}u] = d${g};`)}
      ${eachWindow((r) => `gates[at + ${r * stride}u] = vec4<f32>(${[0, 1, 2, 3].map((g) => lane(`d${g}`, r)).join(', ')});`)}`;

  return createKernel(
    `lstm backward ${units}, ${slopes}`,
    {
      gates: writeVec4,
      hidden: readF32,
      cells: readF32,
      dHidden: readF32,
      recurrent: readVec4,
      gateSums: writeVec4
    },
    `
// A vector holds the windows of a thread, one gate of one unit.
var<workgroup> passed : array<${vector}, ${groups * units * 4}>;

@compute @workgroup_size(${across}, ${groups})
fn main(@builtin(local_invocation_id) thread : vec3<u32>, @builtin(workgroup_id) group : vec3<u32>) {
  let first = (group.x * ${groups}u + thread.y) * ${lanes}u;
  let mine = thread.y * ${units * 4}u;
  ${eachUnit(
    (m) => `let unit${m} = thread.x + ${m * across}u;
  var dh${m} = ${vector}();
  var dc${m} = ${vector}();
  ${eachGate((g) => `var sum${m}_${g} = ${vector}();`)}`
  )}
  ${
    slopes === 'every step'
      ? ''
      : eachUnit((m) => whereOwned(m, `dh${m} = ${gather((r) => `dHidden[(first + ${r}u) * ${units}u + unit${m}]`)};`))
  }
  for (var s = 0u; s < ${steps}u; s++) {
    let t = ${steps - 1}u - s;
    ${eachUnit((m) => `{ ${whereOwned(m, stepBack(m))} }`)}
    workgroupBarrier();
    ${eachUnit((m) => `dh${m} = ${vector}();`)}
    for (var j = 0u; j < ${units}u; j++) {
      ${eachGate((g) => `let d${g} = passed[mine + j * 4u + ${g}u];`)}
      ${eachUnit(
        (m) => `let u${m} = recurrent[j * ${units}u + ${isFull ? `unit${m}` : `min(unit${m}, ${units - 1}u)`}];
      ${eachGate((g) => `dh${m} = fma(d${g}, ${vector}(u${m}[${g}]), dh${m});`)}`
      )}
    }
    workgroupBarrier();
  }
  ${eachUnit((m) =>
    whereOwned(
      m,
      eachWindow((r) => {
        const sums = [0, 1, 2, 3].map((g) => lane(`sum${m}_${g}`, r)).join(', ');
        return `gateSums[(first + ${r}u) * ${units}u + unit${m}] = vec4<f32>(${sums});`;
      })
    )
  )}
}`
  );
}
