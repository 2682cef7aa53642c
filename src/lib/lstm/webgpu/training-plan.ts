/**
 * A training step of an autoencoder as dispatches over buffers: which kernel reads what and writes what, in which order. The
 * forward pass keeps each LSTM's gates and states; the backward pass goes through the layers in reverse, one dispatch for the
 * steps of a layer, one for its weights, one for its input where a layer lies below.
 */
import type { TrainingRule } from '../engine';
import { countParameters, describeLayers, type AutoencoderShape, type DenseLayer, type LstmLayer } from '../shape';
import { countAdamGroups, createAdamKernel } from './adam.wgsl';
import { createBuffers, type GpuBuffers } from './buffers';
import { countDenseGradientGroups, createDenseGradientKernel } from './dense-gradient.wgsl';
import { createDenseBackwardKernel, createDenseKernel, denseThreads } from './dense.wgsl';
import type { GpuContext } from './device';
import { countSumGroups, createGradientSumKernel } from './gradient-sum.wgsl';
import { createHeadKernel } from './head.wgsl';
import { countInputGradientGroups, createInputGradientKernel } from './input-gradient.wgsl';
import { createLossKernel } from './loss.wgsl';
import { countBackwardGroups, createBackwardKernel, paddedRows } from './lstm-backward.wgsl';
import { createForwardKernel, fitTile, type ForwardInput } from './lstm-forward.wgsl';
import type { Packing, Stretch } from './packing';
import { countSplits } from './partial-sums';
import type { Dispatch, Recorder } from './recorder';
import type { TrainingBuffers } from './training-buffers';
import { countWeightGradientGroups, createWeightGradientKernel, type LayerInput } from './weight-gradient.wgsl';

/** The dispatches of a step for micro-batches of up to `rows` windows. */
export interface TrainingPlan {
  readonly rows: number;
  /** For each micro-batch: reconstruct, and where it is to be learned from, the partial gradients. */
  readonly forward: readonly Dispatch[];
  readonly backward: readonly Dispatch[];
  /** Once for a batch: its loss; its gradient; the step. */
  readonly loss: readonly Dispatch[];
  readonly gradient: readonly Dispatch[];
  readonly update: readonly Dispatch[];
  /** Frees what lies between the forward and the backward pass. */
  dispose(): void;
}

/** What a training has, whatever the size of its micro-batches. */
export interface Workplace {
  readonly context: GpuContext;
  readonly recorder: Recorder;
  readonly packing: Packing;
  readonly buffers: TrainingBuffers;
}

/** A processor that pretends to be a GPU loads slowly and has few threads: they do more each with what they loaded. */
const tiles = {
  software: { forward: { windows: 8, perThread: 8 }, backward: { windows: 4, unitsPerThread: 4 } },
  hardware: { forward: { windows: 8, perThread: 4 }, backward: { windows: 8, unitsPerThread: 2 } }
};

/** Numbers that one window needs of the largest buffer between the passes. */
export function largestTrace({ steps, channels, encoder, decoder }: AutoencoderShape): number {
  return steps * Math.max(channels, ...[...encoder, ...decoder].map((units) => 4 * units));
}

/** Lays out the step. Rejects with a `RangeError` where a layer does not fit the device. */
export async function planTraining(
  shape: AutoencoderShape,
  rule: TrainingRule,
  rows: number,
  workplace: Workplace
): Promise<TrainingPlan> {
  const { recorder, packing, buffers } = workplace;
  const { orderLength } = packing;
  const parameters = countParameters(shape);
  const working = createBuffers(workplace.context);
  const dispose = () => working.dispose();
  try {
    const [layers, loss, gradient, update] = await Promise.all([
      Promise.all(planLayers(shape, rule, rows, workplace, working)),
      recorder.prepare(createLossKernel(), buffers, () => [1]),
      recorder.prepare(createGradientSumKernel(orderLength, rule.clipNorm !== null), buffers, () => [
        countSumGroups(orderLength)
      ]),
      recorder.prepare(createAdamKernel(parameters, countSumGroups(orderLength), rule), buffers, () => [
        countAdamGroups(parameters)
      ])
    ]);
    return {
      rows,
      forward: layers.flatMap(({ forward }) => forward),
      backward: layers.toReversed().flatMap(({ backward }) => backward),
      loss: [loss],
      gradient: [gradient],
      update: [update],
      dispose
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What a layer does in either pass. */
interface LayerPlan {
  readonly forward: readonly Dispatch[];
  readonly backward: readonly Dispatch[];
}

/** All awaited together, so that no failure goes unseen while another is awaited. */
async function planLayer(run: Promise<Dispatch>, ...backward: Promise<Dispatch>[]): Promise<LayerPlan> {
  const [first, ...others] = await Promise.all([run, ...backward]);
  return { forward: [first], backward: others };
}

function planLayers(
  shape: AutoencoderShape,
  rule: TrainingRule,
  rows: number,
  { context, recorder: { prepare }, packing, buffers }: Workplace,
  working: GpuBuffers
): Promise<LayerPlan>[] {
  const { steps } = shape;
  const { orderLength } = packing;
  const { partials, starts } = buffers;
  const layers = describeLayers(shape);
  const lastEncoder = shape.encoder.length - 1;
  const tile = tiles[context.isSoftware ? 'software' : 'hardware'];
  const padded = Math.ceil(rows / paddedRows) * paddedRows;
  const perWindow = (label: string, numbers: number) => working.storage(label, padded * numbers);
  const copy = ({ offset, length }: Stretch) => ({ buffer: buffers.packed, offset: 4 * offset, size: 4 * length });

  // The head's output stays in its kernel; the last encoder passes on its last state alone.
  const outputs = layers.map(({ kind, units }) => perWindow('output', (kind === 'lstm' ? steps : 1) * units));
  const slopes = layers.map(({ kind, side, units }, i) =>
    perWindow('slope', ((kind === 'lstm' && i !== lastEncoder) || side === 'head' ? steps : 1) * units)
  );
  const lastStep = ({ units }: LstmLayer) => ({ stride: steps * units, offset: (steps - 1) * units });

  /** What an LSTM reads, said for each kernel in its own words. */
  const inputOf = (i: number): { source: GPUBuffer; forward: ForwardInput; gradient: LayerInput } => {
    const below = layers[i - 1];
    if (!below) return { source: buffers.series, forward: 'windows', gradient: { kind: 'windows' } };
    const source = outputs[i - 1]!;
    if (below.kind === 'dense') {
      return { source, forward: 'repeated', gradient: { kind: 'repeated', stride: below.units, offset: 0 } };
    }
    if (i - 1 !== lastEncoder) return { source, forward: 'sequence', gradient: { kind: 'sequence' } };
    return { source, forward: 'repeated-last', gradient: { kind: 'repeated', ...lastStep(below) } };
  };

  const planLstm = (layer: LstmLayer, i: number): Promise<LayerPlan> => {
    const { inputs, units } = layer;
    const { forward, recurrent, kernel } = packing.copies[i]!;
    const { source, forward: input, gradient } = inputOf(i);
    const isRepeated = gradient.kind === 'repeated';
    const [hidden, dHidden] = [outputs[i]!, slopes[i]!];
    const cell = perWindow('cells', steps * units);
    const gates = perWindow('gates', 4 * steps * units);
    const gateSums = perWindow('gate sums', 4 * units);
    const options = { steps, inputs, units, input, output: 'trace' } as const;
    const forwardTile = fitTile(options, { ...tile.forward, f16: false });

    const run = prepare(
      createForwardKernel(options, forwardTile),
      { series: source, starts, input: source, weights: copy(forward), hidden, gates, cell },
      (step) => [Math.ceil(step.rows / forwardTile.windows)]
    );
    const goBack = prepare(
      createBackwardKernel(layer, steps, i === lastEncoder ? 'last step' : 'every step', tile.backward),
      { gates, hidden, cells: cell, dHidden, recurrent: copy(recurrent), gateSums },
      (step) => [countBackwardGroups(step.rows, units, tile.backward)]
    );
    const sumWeights = prepare(
      createWeightGradientKernel(layer, steps, gradient, forward, orderLength),
      { input: source, starts, hidden, dGates: gates, gateSums, partials },
      (step) => countWeightGradientGroups(layer, countSplits(step))
    );
    if (i === 0) return planLayer(run, goBack, sumWeights);
    const rowsPerWindow = isRepeated ? 1 : steps;
    const passOn = prepare(
      createInputGradientKernel(layer, rowsPerWindow),
      { dGates: isRepeated ? gateSums : gates, kernel: copy(kernel), dInput: slopes[i - 1]! },
      (step) => countInputGradientGroups(inputs, step.rows * rowsPerWindow)
    );
    return planLayer(run, goBack, sumWeights, passOn);
  };

  const planLatent = (layer: DenseLayer, i: number): Promise<LayerPlan> => {
    const source = outputs[i - 1]!;
    const rowsOfInput = { rowsPerWindow: 1, ...lastStep(layers[i - 1] as LstmLayer) };
    const run = prepare(
      createDenseKernel(layer, steps),
      { parameters: buffers.parameters, hidden: source, latent: outputs[i]! },
      (step) => [Math.ceil((step.rows * layer.units) / denseThreads)]
    );
    const sumWeights = prepare(
      createDenseGradientKernel(layer, rowsOfInput, packing.copies[i]!.forward, orderLength),
      { input: source, dOutput: slopes[i]!, partials },
      (step) => countDenseGradientGroups(layer, countSplits(step))
    );
    const passOn = prepare(
      createDenseBackwardKernel(layer),
      { parameters: buffers.parameters, dLatent: slopes[i]!, dLast: slopes[i - 1]! },
      (step) => [Math.ceil((step.rows * layer.inputs) / denseThreads)]
    );
    return planLayer(run, sumWeights, passOn);
  };

  const planHead = (layer: DenseLayer, i: number): Promise<LayerPlan> => {
    const hidden = outputs[i - 1]!;
    const run = prepare(
      createHeadKernel(shape, layer, rule.loss),
      { ...buffers, hidden, dReconstruction: slopes[i]!, dHidden: slopes[i - 1]! },
      (step) => [step.rows]
    );
    const rowsOfInput = { rowsPerWindow: steps, stride: layer.inputs, offset: 0 };
    const sumWeights = prepare(
      createDenseGradientKernel(layer, rowsOfInput, packing.copies[i]!.forward, orderLength),
      { input: hidden, dOutput: slopes[i]!, partials },
      (step) => countDenseGradientGroups(layer, countSplits(step))
    );
    return planLayer(run, sumWeights);
  };

  return layers.map((layer, i) => {
    if (layer.kind === 'lstm') return planLstm(layer, i);
    return layer.side === 'latent' ? planLatent(layer, i) : planHead(layer, i);
  });
}
