/**
 * The small-batch kernel: a whole autoencoder in one dispatch, one window per workgroup, the sequence between the layers kept
 * in workgroup memory. Where there are more threads than units, several share a unit and split its sums. For a handful of
 * windows it saves the dispatches between the layers; for many the tile kernel reads the weights less often.
 *
 * The sequence is replaced in place: a layer reads its input from one row further on than it writes its output, so that a
 * row is overwritten one step after it was last read, and one barrier a step is enough.
 */
import type { ErrorKind } from '../engine';
import type { AutoencoderShape } from '../shape';
import { activations } from './activation.wgsl';
import {
  createKernel,
  readF32,
  readGates,
  readI32,
  readU32,
  readVec4,
  unroll,
  writeF32,
  type Kernel
} from './kernel.wgsl';
import { memoryLimit, threadLimit } from './lstm-forward.wgsl';
import type { PackedWeights } from './weights';

/** Whether a workgroup of `threads` can hold a window of this shape within the memory every device has. */
export function fitsWholeWindow(shape: AutoencoderShape, threads: number): boolean {
  const widest = Math.max(...shape.encoder, ...shape.decoder, shape.channels);
  return widest <= threads && threads <= threadLimit && measureMemory(shape, threads) <= memoryLimit;
}

/**
 * Writes the kernel; `errors` is `[windows, 2, channels]`, each window's mean error per channel and the reconstruction of its
 * last row. Takes one workgroup per window. The weights lie as `packWeights` says.
 */
export function createWholeWindowKernel(
  shape: AutoencoderShape,
  error: ErrorKind,
  { lstm, latent, head, f16 }: PackedWeights,
  threads: number
) {
  const { steps, channels, encoder, decoder } = shape;
  const { rows, width, sums } = layOut(shape, threads);
  const weight = (at: string) => readGates('gates', at, f16);

  const row = (at: string) => `(${at}) * ${width}u`;

  const writeLayer = ({ layer, offset }: PackedWeights['lstm'][number], i: number) => {
    const { units, side } = layer;
    const base = offset / (f16 ? 2 : 4);
    const of = countShares(units, threads);
    /** Rows by which the layer's input and its output lie behind their places in time. */
    const from = side === 'encoder' ? encoder.length - i : encoder.length + decoder.length - i;
    const to = from - 1;
    const isRepeated = i === encoder.length;

    /** Adds this thread's share of `count` rows of the weights, from `first` on, times the numbers at `source`. */
    const addProduct = (sum: string, first: number, count: number, source: (k: string) => string) => {
      const each = Math.ceil(count / of / 4) * 4;
      const add = (n: number) => {
        const at = weight(`${base}u + (${first + n}u + k) * ${units}u + unit`);
        return `${sum} = fma(${at}, vec4<f32>(${source(`k + ${n}u`)}), ${sum});`;
      };
      return `{
        var k = share * ${each}u;
        let end = min(k + ${each}u, ${count}u);
        for (; k + 4u <= end; k += 4u) {
          ${unroll(4, add)}
        }
        for (; k < end; k++) { ${add(0)} }
      }`;
    };
    const fromSequence = (at: string) => (k: string) => `sequence[${row(at)} + ${k}]`;
    const repeated = latent
      ? `${applyLatent(latent)}
      ${addProduct('fixed', 0, latent.layer.units, (k) => `middle[${k}]`)}`
      : addProduct('fixed', 0, layer.inputs, fromSequence(`${steps - 1}u`));

    return `{
    let unit = thread % ${units}u;
    let share = thread / ${units}u;
    var fixed = vec4<f32>();
    var cell = 0.0;
    ${isRepeated ? `${repeated}\n    workgroupBarrier();` : ''}
    if (share == 0u) { fixed += ${weight(`${base + (layer.inputs + units) * units}u + unit`)}; }
    for (var t = 0u; t < ${steps}u; t++) {
      var sum = vec4<f32>();
      ${isRepeated ? '' : addProduct('sum', 0, layer.inputs, fromSequence(`t + ${from}u`))}
      if (t > 0u) ${addProduct('sum', layer.inputs, units, fromSequence(`t + ${to}u - 1u`))}
      sum += fixed;
      ${of > 1 ? `if (share < ${of}u) { sums[thread] = sum; }\n      workgroupBarrier();` : ''}
      if (share == 0u) {
        ${unroll(of - 1, (s) => `sum += sums[${(s + 1) * units}u + unit];`)}
        let gate = activateGates(sum);
        cell = fma(gate.y, cell, gate.x * gate.z);
        sequence[${row(`t + ${to}u`)} + unit] = gate.w * hyperbolicTangent(cell);
      }
      workgroupBarrier();
    }
  }`;
  };

  const applyLatent = ({ layer, offset }: NonNullable<PackedWeights['latent']>) => `
    for (var z = thread; z < ${layer.units}u; z += ${threads}u) {
      var sum = 0.0;
      for (var k = 0u; k < ${layer.inputs}u; k++) {
        sum = fma(dense[${offset}u + k * ${layer.units}u + z], sequence[${row(`${steps - 1}u`)} + k], sum);
      }
      middle[z] = sum + dense[${offset + layer.inputs * layer.units}u + z];
    }
    workgroupBarrier();`;

  const residual = error === 'mae' ? 'abs(x - y)' : '(x - y) * (x - y)';
  return createKernel(
    'whole window',
    {
      series: readF32,
      starts: readI32,
      gates: f16 ? readU32 : readVec4,
      dense: readF32,
      errors: writeF32
    },
    `
var<workgroup> sequence : array<f32, ${rows * width}>;
var<workgroup> sums : array<vec4<f32>, ${sums}>;
var<workgroup> middle : array<f32, ${shape.latent ?? 1}>;
var<workgroup> parts : array<f32, ${threads}>;
${activations('f32')}

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread : u32, @builtin(workgroup_id) workgroup : vec3<u32>) {
  let window = workgroup.x;
  let origin = u32(starts[step.first + window]) * ${channels}u;
  for (var i = thread; i < ${steps * channels}u; i += ${threads}u) {
    sequence[(i / ${channels}u + ${encoder.length}u) * ${width}u + i % ${channels}u] = series[origin + i];
  }
  workgroupBarrier();
${lstm.map(writeLayer).join('\n  ')}
  let c = thread % ${channels}u;
  var part = 0.0;
  if (thread < ${Math.floor(threads / channels) * channels}u) {
    for (var t = thread / ${channels}u; t < ${steps}u; t += ${Math.floor(threads / channels)}u) {
      var y = 0.0;
      for (var k = 0u; k < ${head.layer.inputs}u; k++) {
        y = fma(dense[${head.offset}u + k * ${channels}u + c], sequence[t * ${width}u + k], y);
      }
      y += dense[${head.offset + head.layer.inputs * channels}u + c];
      let x = series[origin + t * ${channels}u + c];
      part += ${residual};
      if (t == ${steps - 1}u) { errors[(2u * window + 1u) * ${channels}u + c] = y; }
    }
  }
  parts[thread] = part;
  workgroupBarrier();
  if (thread < ${channels}u) {
    for (var s = 1u; s < ${Math.floor(threads / channels)}u; s++) { part += parts[s * ${channels}u + c]; }
    errors[2u * window * ${channels}u + c] = part * ${1 / steps};
  }
}`
  ) satisfies Kernel;
}

/** Threads that share a unit: more would wait longer for each other than they save. */
const mostShares = 8;
const countShares = (units: number, threads: number) => Math.min(mostShares, Math.floor(threads / units));

/** Rows and row width of the sequence, and the vectors in which threads leave their shares of a sum. */
function layOut({ steps, channels, encoder, decoder }: AutoencoderShape, threads: number) {
  const units = [...encoder, ...decoder];
  return {
    rows: steps + Math.max(encoder.length, decoder.length - 1),
    width: Math.max(channels, ...units),
    sums: Math.max(...units.map((count) => (countShares(count, threads) > 1 ? countShares(count, threads) * count : 1)))
  };
}

function measureMemory(shape: AutoencoderShape, threads: number): number {
  const { rows, width, sums } = layOut(shape, threads);
  return 4 * (rows * width + 4 * sums + (shape.latent ?? 1) + threads);
}
