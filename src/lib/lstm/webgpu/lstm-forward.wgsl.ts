/**
 * The tile kernel: one LSTM layer over all its time steps in one dispatch. A workgroup takes a tile of windows and every
 * unit; hidden states stay in workgroup memory, cell states in registers. Threads lie along the units, each owns one unit
 * (or a few) for some windows of the tile, so that the four gates of a unit meet in one thread.
 *
 * Vectors in workgroup memory hold several windows of one unit, and a thread always writes a whole one: writing a single
 * component may write its neighbours too. Registers have no index, so everything a thread owns is a variable of its own. A bias
 * is added last: a sum that begins with it ends two to four times as far from the truth (measured).
 *
 * What goes in and out is put together from parts: rows of the raw series, a sequence, or one vector repeated over the
 * steps; the last hidden state, the sequence, everything training needs, or the dense head and its errors and nothing else.
 * The file is long because one shader's text is easier to follow in one place.
 */
import type { ErrorKind } from '../engine';
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
  writeVec4,
  type Kernel
} from './kernel.wgsl';

/** How the work is cut; what is fastest depends on the device. */
export interface Tile {
  /** Windows of a workgroup. */
  readonly windows: number;
  /** Windows of a thread: 1, 2, or a multiple of 4; divides `windows`. */
  readonly perThread: number;
  /** Weights are kept as 16-bit floats, two to a word; all arithmetic stays in 32 bits. */
  readonly f16: boolean;
}

/** Where a layer's input comes from. */
export type ForwardInput =
  /** Rows of `series` `[rows, inputs]` from `starts[step.first + window]` on. */
  | 'windows'
  /** `input` `[windows, steps, inputs]`. */
  | 'sequence'
  /** `input` `[windows, inputs]`, the same at every step. */
  | 'repeated'
  /** The last step of `input` `[windows, steps, inputs]`, the same at every step. */
  | 'repeated-last';

/** One layer to be run. */
export interface ForwardOptions {
  readonly steps: number;
  readonly inputs: number;
  readonly units: number;
  readonly input: ForwardInput;
  /** Width of a dense layer before a repeated input: `dense` `[inputs + 1, latent]`, its last row the bias. */
  readonly latent?: number | null;
  /**
   * `last`: `hidden` `[windows, units]`. `sequence`: `hidden` `[windows, steps, units]`. `trace`: the same, with the activated
   * `gates` `[windows, steps, units]` as vectors i, f, c, o, and `cell` `[windows, steps, units]`. `head`: see `head`.
   */
  readonly output: 'last' | 'sequence' | 'trace' | 'head';
  /**
   * The dense layer `head` `[units + 1, channels]` of every step, its last row the bias, held against the series: `errors`
   * `[windows, 2, channels]`, each window's mean error per channel and the reconstruction of its last row.
   */
  readonly head?: { readonly channels: number; readonly error: ErrorKind };
}

type ForwardBuffer =
  'series' | 'starts' | 'input' | 'dense' | 'weights' | 'head' | 'hidden' | 'gates' | 'cell' | 'errors';

/** Threads that every device can give a workgroup. */
export const threadLimit = 256;
/** Bytes of workgroup memory that every device has. */
export const memoryLimit = 16_384;

/** The largest tile no larger than `wanted` that fits a workgroup of every device; throws a `RangeError` where none does. */
export function fitTile(options: ForwardOptions, wanted: Tile): Tile {
  for (let { windows, perThread } = wanted; windows >= 1; windows = Math.floor(windows / 2)) {
    perThread = Math.min(perThread, windows);
    const tile = { ...wanted, windows, perThread };
    if (planTile(options, tile)) return tile;
  }
  throw new RangeError(`${options.units} units do not fit a workgroup`);
}

/** How threads and workgroup memory are divided; null where the tile does not fit a workgroup of every device. */
function planTile({ inputs, units, input, latent, head }: ForwardOptions, { windows, perThread }: Tile) {
  const isRepeated = input === 'repeated' || input === 'repeated-last';
  /** Numbers a step's input has by the time it meets the weights. */
  const width = (isRepeated ? latent : null) ?? inputs;
  const lanes = Math.min(perThread, 4);
  const groups = windows / perThread;
  /** Units of a thread: more than one only where the threads of a workgroup do not go round. */
  const unitsEach = Math.ceil((units * groups) / threadLimit);
  const across = Math.ceil(units / unitsEach);
  const threads = across * groups;
  const states = windows * (units + (isRepeated ? 0 : width));
  const rest = windows * ((isRepeated ? width : 0) + 1 + (head ? 1 : 0));
  /** Two copies of what changes with a step save a barrier. */
  const copies = 4 * (2 * states + rest) <= memoryLimit ? 2 : 1;
  const bytes = 4 * (copies * states + rest);
  if (!Number.isInteger(groups) || threads > threadLimit || bytes > memoryLimit) return null;
  return { isRepeated, width, lanes, groups, perGroup: perThread / lanes, unitsEach, across, threads, copies };
}

/**
 * Writes the kernel of one layer. `weights` are `[inputs + units + 1, units]` vectors i, f, c, o: input rows, recurrent
 * rows, bias. Takes ⌈windows / tile.windows⌉ workgroups. Throws a `RangeError` where the tile does not fit a workgroup of every
 * device.
 */
export function createForwardKernel(options: ForwardOptions, tile: Tile): Kernel<ForwardBuffer> {
  const { steps, units, input, output, head } = options;
  const { windows, perThread, f16 } = tile;
  const plan = planTile(options, tile);
  if (!plan) throw new RangeError(`a tile of ${windows} windows × ${units} units does not fit a workgroup`);
  const { isRepeated, width, lanes, groups, perGroup, unitsEach, across, threads, copies } = plan;
  const latent = isRepeated ? (options.latent ?? null) : null;
  const vector = lanes === 1 ? 'f32' : `vec${lanes}<f32>`;
  const vectors = windows / lanes;
  const isFull = across * unitsEach === units;

  const lane = (name: string, i: number) => (lanes === 1 ? name : `${name}.${'xyzw'[i]!}`);
  const gather = (write: (i: number) => string) =>
    lanes === 1 ? write(0) : `${vector}(${Array.from({ length: lanes }, (_, i) => write(i)).join(', ')})`;
  const eachUnit = (write: (p: number) => string) => unroll(unitsEach, write);
  const eachVector = (write: (v: number) => string) => unroll(perGroup, write);
  /** Every window of the thread: its number, and where in the thread's vectors it is. */
  const eachWindow = (write: (r: number, v: number, i: number) => string) =>
    unroll(perThread, (r) => write(r, Math.floor(r / lanes), r % lanes));
  const weight = (at: string) => readGates('weights', at, f16);

  /** Adds rows `from` … `from + count − 1` of the weights times the vectors at `source`. */
  const addProduct = (sums: string, from: number, count: number, array: string, source: string) => {
    const one = (k: string) => `{
      ${eachVector((v) => `let h${v} = ${array}[${source} + ${k} + (group * ${perGroup}u + ${v}u) * ${count}u];`)}
      ${eachUnit(
        (p) => `let w${p} = ${weight(`(${from}u + ${k}) * ${units}u + unit${p}`)};
      ${eachWindow((r, v, i) => `${sums}${p}_${r} = fma(w${p}, vec4<f32>(${lane(`h${v}`, i)}), ${sums}${p}_${r});`)}`
      )}
    }`;
    const blocks = Math.floor(count / 4) * 4;
    const loop = `for (var k = 0u; k < ${blocks}u; k += 4u) {
      ${unroll(4, (i) => one(`k + ${i}u`))}
    }`;
    return `${blocks > 0 ? loop : ''}
    ${unroll(count - blocks, (i) => one(`${blocks + i}u`))}`;
  };

  const source = input === 'windows' ? 'series' : 'input';
  const origin = {
    windows: `u32(starts[step.first + window]) * ${width}u`,
    sequence: `window * ${steps * options.inputs}u`,
    repeated: `window * ${options.inputs}u`,
    'repeated-last': `(window * ${steps}u + ${steps - 1}u) * ${options.inputs}u`
  }[input];

  /** A step's input, a whole vector per thread and turn. */
  const loadInput = `
fn loadInput(thread : u32, t : u32, into : u32) {
  for (var i = thread; i < ${vectors * width}u; i += ${threads}u) {
    let v = i / ${width}u * ${lanes}u;
    let k = t * ${width}u + i % ${width}u;
    xs[into + i] = ${gather((i) => `${source}[origins[v + ${i}u] + k]`)};
  }
}`;
  const applyDense = `
  for (var i = thread; i < ${vectors * width}u; i += ${threads}u) {
    let v = i / ${width}u * ${lanes}u;
    let z = i % ${width}u;
    var sum = ${vector}();
    for (var k = 0u; k < ${options.inputs}u; k++) {
      sum = fma(${vector}(dense[k * ${width}u + z]), ${gather((i) => `input[origins[v + ${i}u] + k]`)}, sum);
    }
    xs[i] = sum + ${vector}(dense[${options.inputs * width}u + z]);
  }`;

  const items = head ? vectors * head.channels : 0;
  const itemsEach = Math.ceil(items / threads);
  const eachItem = (write: (n: number) => string) =>
    unroll(
      itemsEach,
      (n) => `  { let item = thread + ${n * threads}u;
    if (item < ${items}u) {
      let v = item / ${head!.channels}u;
      let c = item % ${head!.channels}u;
      ${write(n)}
    }
  }`
    );
  /** Row 0 of a window's `errors` are its errors, row 1 what was expected. */
  const writeError = (i: number, row: number, value: string) =>
    `{ let window = first + v * ${lanes}u + ${i}u;
        if (window < step.rows) { errors[(2u * window + ${row}u) * ${head!.channels}u + c] = ${value}; } }`;
  const addErrors = (state: string) =>
    eachItem(
      (n) => `var y = ${vector}();
      for (var k = 0u; k < ${units}u; k++) {
        y = fma(${vector}(head[k * ${head!.channels}u + c]), hs[${state} + v * ${units}u + k], y);
      }
      y += ${vector}(head[${units * head!.channels}u + c]);
      let x = ${gather((i) => `series[targets[v * ${lanes}u + ${i}u] + t * ${head!.channels}u + c]`)};
      error${n} += ${head!.error === 'mae' ? 'abs(x - y)' : '(x - y) * (x - y)'};
      if (t == ${steps - 1}u) {
        ${unroll(lanes, (i) => writeError(i, 1, lane('y', i)))}
      }`
    );

  const sequenceWrites = (p: number) =>
    eachWindow((r, v, i) => {
      const at = `(window * ${steps}u + t) * ${units}u + unit${p}`;
      return `{ let window = first + group * ${perThread}u + ${r}u;
        if (window < step.rows${isFull ? '' : ` && owned${p}`}) {
          hidden[${at}] = ${lane(`h${p}_${v}`, i)};
          ${output === 'trace' ? `gates[${at}] = g${p}_${r}; cell[${at}] = c${p}_${r};` : ''}
        } }`;
    });

  const size = vectors * units;
  const toggle = copies === 2;
  const now = toggle ? `(t & 1u) * ${size}u` : '0u';
  const next = toggle ? `(1u - (t & 1u)) * ${size}u` : '0u';
  const nowX = toggle && !isRepeated ? `(t & 1u) * ${vectors * width}u` : '0u';
  const nextX = toggle && !isRepeated ? `(1u - (t & 1u)) * ${vectors * width}u` : '0u';

  const body = `
var<workgroup> hs : array<${vector}, ${copies * size}>;
var<workgroup> xs : array<${vector}, ${(isRepeated ? 1 : copies) * vectors * width}>;
var<workgroup> origins : array<u32, ${windows}>;
${head ? `var<workgroup> targets : array<u32, ${windows}>;` : ''}
${activations(vector)}
${latent === null ? loadInput : ''}

@compute @workgroup_size(${across}, ${groups})
fn main(@builtin(local_invocation_id) place : vec3<u32>, @builtin(local_invocation_index) thread : u32,
        @builtin(workgroup_id) workgroup : vec3<u32>) {
  let group = place.y;
  let first = workgroup.x * ${windows}u;
  ${eachUnit((p) => {
    const unit = `place.x + ${p * across}u`;
    return isFull
      ? `let unit${p} = ${unit};`
      : `let owned${p} = ${unit} < ${units}u;\n  let unit${p} = min(${unit}, ${units - 1}u);`;
  })}
  for (var i = thread; i < ${windows}u; i += ${threads}u) {
    let window = min(first + i, step.rows - 1u);
    origins[i] = ${origin};
    ${head ? `targets[i] = u32(starts[step.first + window]) * ${head.channels}u;` : ''}
  }
  for (var i = thread; i < ${size}u; i += ${threads}u) { hs[i] = ${vector}(); }
  workgroupBarrier();
  ${latent === null ? 'loadInput(thread, 0u, 0u);' : applyDense}
  workgroupBarrier();
  ${eachUnit((p) => `let bias${p} = ${weight(`${width + units}u * ${units}u + unit${p}`)};`)}
  ${
    isRepeated
      ? `${eachUnit((p) => eachWindow((r) => `var z${p}_${r} = vec4<f32>();`))}
  ${addProduct('z', 0, width, 'xs', '0u')}
  ${eachUnit((p) => eachWindow((r) => `z${p}_${r} += bias${p};`))}`
      : ''
  }
  ${eachUnit((p) => eachWindow((r) => `var c${p}_${r} = 0.0;`))}
  ${unroll(itemsEach, (n) => `var error${n} = ${vector}();`)}
  for (var t = 0u; t < ${steps}u; t++) {
    let now = ${now};
    let next = ${next};
    ${eachUnit((p) => eachWindow((r) => `var a${p}_${r} = vec4<f32>();`))}
    ${isRepeated ? '' : addProduct('a', 0, width, 'xs', nowX)}
    ${addProduct('a', width, units, 'hs', 'now')}
    ${toggle ? '' : 'workgroupBarrier();'}
    ${isRepeated ? '' : `if (t + 1u < ${steps}u) { loadInput(thread, t + 1u, ${nextX}); }`}
    ${eachUnit(
      (p) => `${eachWindow(
        (r) => `let g${p}_${r} = activateGates(a${p}_${r} + ${isRepeated ? `z${p}_${r}` : `bias${p}`});
    c${p}_${r} = fma(g${p}_${r}.y, c${p}_${r}, g${p}_${r}.x * g${p}_${r}.z);`
      )}
    ${eachVector((v) => `let h${p}_${v} = ${gather((i) => `g${p}_${v * lanes + i}.w`)} * hyperbolicTangent(${gather((i) => `c${p}_${v * lanes + i}`)});`)}
    ${isFull ? '' : `if (owned${p}) {`}
    ${eachVector((v) => `hs[next + (group * ${perGroup}u + ${v}u) * ${units}u + unit${p}] = h${p}_${v};`)}
    ${isFull ? '' : '}'}
    ${output === 'sequence' || output === 'trace' ? sequenceWrites(p) : ''}
    ${
      output === 'last'
        ? `if (t == ${steps - 1}u) {
      ${eachWindow(
        (r, v, i) => `{ let window = first + group * ${perThread}u + ${r}u;
        if (window < step.rows${isFull ? '' : ` && owned${p}`}) { hidden[window * ${units}u + unit${p}] = ${lane(`h${p}_${v}`, i)}; } }`
      )}
    }`
        : ''
    }`
    )}
    workgroupBarrier();
    ${head ? addErrors('next') : ''}
  }
  ${head ? eachItem((n) => unroll(lanes, (i) => writeError(i, 0, `${lane(`error${n}`, i)} * ${1 / steps}`))) : ''}
}`;
  const buffers: Partial<Record<ForwardBuffer, Kernel['buffers'][string]>> = {
    ...(input === 'windows' || head ? { series: readF32, starts: readI32 } : {}),
    ...(input === 'windows' ? {} : { input: readF32 }),
    ...(latent === null ? {} : { dense: readF32 }),
    weights: f16 ? readU32 : readVec4,
    ...(head ? { head: readF32, errors: writeF32 } : { hidden: writeF32 }),
    ...(output === 'trace' ? { gates: writeVec4, cell: writeF32 } : {})
  };
  return createKernel(`lstm ${input} to ${output}`, buffers as Kernel<ForwardBuffer>['buffers'], body);
}
