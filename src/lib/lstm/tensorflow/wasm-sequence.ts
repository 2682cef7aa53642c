/**
 * One LSTM layer over row-major tensors with the CPU kernels, forwards and backwards: which kernel runs on what, and the way
 * between row-major and the kernels' panels. Everything lies in one memory, places are byte offsets. It knows no TensorFlow.js.
 */
import type { LstmShape } from '../lstm.reference';
import type { Kernels } from '../wasm/module';

/** Where the tensors of a layer begin, `x` [B,T,F], `kernel` [F,4H], `recurrent` [H,4H], `bias` [4H]. */
export interface LayerPlaces {
  x: number;
  kernel: number;
  recurrent: number;
  bias: number;
}

/** Windows that go through the layer together: few enough that a step's states stay in the cache. */
const blockRows = 8;

/** Sizes that follow from a shape: groups of four units, bytes of a row of states, and floats of each region. */
export function planSequence({ batch, steps, features, units }: LstmShape) {
  const groups = Math.ceil(units / 4);
  const stride = Math.ceil(units / 16) * 64;
  const wide = Math.ceil(features / 16) * 16;
  const block = Math.min(blockRows, batch);
  const trace = (rows: number) => ({ gates: groups * rows * steps * 16, states: (2 * rows * steps * stride) / 4 });
  const layer = {
    kernelPanels: groups * features * 16,
    recurrentPanels: groups * units * 16,
    biasPanels: groups * 16,
    xBySteps: block * steps * features
  };
  return {
    groups,
    stride,
    /** What the way back reads besides the tensors; per block `[group][step][row][16]`, and cell then hidden states `[step][row][stride]`. */
    trace: trace(batch),
    forward: { ...layer, ...trace(block) },
    backward: {
      ...layer,
      kernelTurned: (wide / 16) * groups * 256,
      recurrentTurned: Math.ceil(units / 16) * groups * 256,
      dHidden: (block * steps * stride) / 4,
      dState: (block * stride) / 4,
      dCell: (block * stride) / 4,
      zero: 16,
      dKernelPanels: layer.kernelPanels,
      dRecurrentPanels: layer.recurrentPanels,
      dBiasPanels: layer.biasPanels,
      dInputBySteps: block * steps * wide
    }
  };
}

type Plan = ReturnType<typeof planSequence>;
/** Zeroed regions of the sizes in the plan. */
export type ForwardScratch = Record<keyof Plan['forward'], number>;
export type BackwardScratch = Record<keyof Plan['backward'], number>;
export type TracePlaces = Record<keyof Plan['trace'], number>;

/** Fills `hidden`, [B,T,H] or with `lastOnly` [B,H], and unless it is null the trace. */
export function runSequence(
  kernels: Kernels,
  heap: Float32Array,
  shape: LstmShape,
  layer: LayerPlaces,
  trace: TracePlaces | null,
  scratch: ForwardScratch,
  hidden: number,
  lastOnly: boolean
): void {
  const { steps, features, units } = shape;
  const { groups, stride } = planSequence(shape);
  packLayer(heap, shape, layer, scratch);
  eachBlock(shape, (from, count) => {
    const rows = count * steps;
    const { gates, states } = trace ? findBlock(shape, trace, from) : scratch;
    const hiddenStates = states + rows * stride;
    kernels.interleave(layer.x + 4 * from * steps * features, count, steps, features, scratch.xBySteps);
    kernels.multiply(
      scratch.xBySteps,
      4 * features,
      features,
      1,
      0,
      rows,
      scratch.kernelPanels,
      groups,
      scratch.biasPanels,
      0,
      64,
      gates,
      64,
      rows * 64
    );
    kernels.forward(
      scratch.recurrentPanels,
      gates,
      count * 64,
      rows * 64,
      count,
      steps,
      units,
      gates,
      hiddenStates,
      states,
      stride,
      1
    );
    for (let row = 0; row < count; row++) {
      for (let step = lastOnly ? steps - 1 : 0; step < steps; step++) {
        const at = (hiddenStates + (step * count + row) * stride) / 4;
        const to = hidden / 4 + (lastOnly ? from + row : (from + row) * steps + step) * units;
        heap.copyWithin(to, at, at + units);
      }
    }
  });
}

/** Where the gradients go; `input` null where nobody asks for it. */
export interface GradientPlaces {
  kernel: number;
  recurrent: number;
  bias: number;
  input: number | null;
}

/** Turns `dHidden`, [B,T,H] or with `lastOnly` [B,H], into the layer's gradients. The gates are overwritten by theirs. */
export function differentiateSequence(
  kernels: Kernels,
  heap: Float32Array,
  shape: LstmShape,
  layer: LayerPlaces,
  trace: TracePlaces,
  scratch: BackwardScratch,
  dHidden: number,
  lastOnly: boolean,
  gradients: GradientPlaces
): void {
  const { steps, features, units } = shape;
  const { groups, stride } = planSequence(shape);
  const { xBySteps, kernelTurned, recurrentTurned, dState, dCell, zero, dInputBySteps } = scratch;
  const { dKernelPanels, dRecurrentPanels, dBiasPanels } = scratch;
  const panels = Math.ceil(features / 16);
  packLayer(heap, shape, layer, scratch);
  kernels.transpose(scratch.recurrentPanels, groups, units, recurrentTurned);
  kernels.transpose(scratch.kernelPanels, groups, features, kernelTurned);
  eachBlock(shape, (from, count) => {
    const rows = count * steps;
    const panel = rows * 64;
    const { gates, states } = findBlock(shape, trace, from);
    for (const region of [dState, dCell]) heap.fill(0, region / 4, (region + count * stride) / 4);
    const target = lastOnly ? dState : scratch.dHidden;
    for (let row = 0; row < count; row++) {
      for (let step = 0; step < (lastOnly ? 1 : steps); step++) {
        const at = dHidden / 4 + (lastOnly ? from + row : (from + row) * steps + step) * units;
        heap.copyWithin((target + (step * count + row) * stride) / 4, at, at + units);
      }
    }
    const dSequence = lastOnly ? 0 : scratch.dHidden;
    kernels.backward(recurrentTurned, zero, count, steps, units, gates, states, dSequence, dState, dCell, stride);
    kernels.interleave(layer.x + 4 * from * steps * features, count, steps, features, xBySteps);
    kernels.accumulate(xBySteps, 4 * features, features, rows, gates, panel, groups, dKernelPanels);
    // Each step's gates meet the hidden state before; the first one's is zero.
    const before = states + rows * stride;
    kernels.accumulate(before, stride, units, rows - count, gates + count * 64, panel, groups, dRecurrentPanels);
    kernels.addRows(gates, panel, rows, groups, dBiasPanels);
    if (gradients.input === null) return;

    const wide = panels * 64;
    kernels.multiply(gates, 64, 16, groups, panel, rows, kernelTurned, panels, zero, 0, 0, dInputBySteps, wide, 64);
    for (let row = 0; row < count; row++) {
      for (let step = 0; step < steps; step++) {
        const at = (dInputBySteps + (step * count + row) * wide) / 4;
        heap.copyWithin(gradients.input / 4 + ((from + row) * steps + step) * features, at, at + features);
      }
    }
  });
  const unpack = (count: number, packed: number, to: number) =>
    eachPlace(count, units, (at, place) => (heap[to / 4 + at] = heap[packed / 4 + place]!));
  unpack(features, dKernelPanels, gradients.kernel);
  unpack(units, dRecurrentPanels, gradients.recurrent);
  unpack(1, dBiasPanels, gradients.bias);
}

function eachBlock({ batch }: LstmShape, run: (from: number, count: number) => void): void {
  for (let from = 0; from < batch; from += blockRows) run(from, Math.min(blockRows, batch - from));
}

/** Where a block's part of the trace begins. */
function findBlock(shape: LstmShape, { gates, states }: TracePlaces, from: number): TracePlaces {
  const { groups, stride } = planSequence(shape);
  const rows = from * shape.steps;
  return { gates: gates + rows * groups * 64, states: states + 2 * rows * stride };
}

type Panels = Record<'kernelPanels' | 'recurrentPanels' | 'biasPanels', number>;

function packLayer(heap: Float32Array, { features, units }: LstmShape, layer: LayerPlaces, into: Panels): void {
  eachPlace(features, units, (at, place) => (heap[into.kernelPanels / 4 + place] = heap[layer.kernel / 4 + at]!));
  eachPlace(units, units, (at, place) => (heap[into.recurrentPanels / 4 + place] = heap[layer.recurrent / 4 + at]!));
  eachPlace(1, units, (at, place) => (heap[into.biasPanels / 4 + place] = heap[layer.bias / 4 + at]!));
}

/** Every number of a weight `[rows, 4·units]`: where it is row-major, and where in panels of four units `[group][row][gate][4]`. */
function eachPlace(rows: number, units: number, visit: (at: number, place: number) => void): void {
  for (let row = 0; row < rows; row++) {
    for (let gate = 0; gate < 4; gate++) {
      for (let unit = 0; unit < units; unit++) {
        visit((row * 4 + gate) * units + unit, ((unit >> 2) * rows + row) * 16 + gate * 4 + (unit & 3));
      }
    }
  }
}
