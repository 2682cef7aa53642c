/**
 * The dispatches of one prediction: the whole autoencoder in one, or a tile kernel per layer, the latent layer fused into the
 * first decoder layer, the head and the errors into the last.
 */
import type { ErrorKind } from '../engine';
import type { AutoencoderShape } from '../shape';
import { createForwardKernel, fitTile, type ForwardOptions } from './lstm-forward.wgsl';
import type { Dispatch, Recorder } from './recorder';
import type { Variant } from './variant';
import type { PackedWeights, Stretch } from './weights';
import { createWholeWindowKernel } from './whole-window.wgsl';

/** What a prediction reads and writes. */
export interface ScoringBuffers {
  readonly series: GPUBuffer;
  readonly starts: GPUBuffer;
  /** `PackedWeights.gates` and `.dense`. */
  readonly gates: GPUBuffer;
  readonly dense: GPUBuffer;
  /** Hidden states between two layers of a side `[windows, steps, units]`; layers take turns with them. */
  readonly sequences: readonly [GPUBuffer, GPUBuffer];
  /** The encoder's last hidden state `[windows, units]`. */
  readonly last: GPUBuffer;
  /** `[windows, 2, channels]` */
  readonly errors: GPUBuffer;
}

/** Makes the dispatches ready. */
export function prepareScoring(
  recorder: Recorder,
  shape: AutoencoderShape,
  weights: PackedWeights,
  buffers: ScoringBuffers,
  variant: Variant,
  error: ErrorKind
): Promise<Dispatch[]> {
  const { series, starts, gates, dense, sequences, last, errors } = buffers;
  if (variant.kind === 'whole') {
    const kernel = createWholeWindowKernel(shape, error, weights, variant.threads);
    const bound = { series, starts, gates, dense, errors };
    return Promise.all([recorder.prepare(kernel, bound, ({ rows }) => [rows])]);
  }
  const { windows, perThread } = variant;
  const layers = describeScoring(shape, error).map((options, i) => {
    const wanted = { windows, perThread, f16: weights.f16 } as const;
    const tile = fitTile(options, wanted);
    const bound = {
      series,
      starts,
      errors,
      weights: cut(gates, weights.lstm[i]!),
      input: options.input === 'repeated' ? last : sequences[(i + 1) % 2]!,
      hidden: options.output === 'last' ? last : sequences[i % 2]!,
      head: cut(dense, weights.head),
      ...(weights.latent ? { dense: cut(dense, weights.latent) } : {})
    };
    return recorder.prepare(createForwardKernel(options, tile), bound, ({ rows }) => [Math.ceil(rows / tile.windows)]);
  });
  return Promise.all(layers);
}

/** Refuses a shape that does not fit the workgroups of every device, with a `RangeError`. */
export function checkFit(shape: AutoencoderShape): void {
  for (const options of describeScoring(shape, 'mae')) {
    fitTile(options, { windows: 1, perThread: 1, f16: false });
  }
}

/** Each LSTM layer with what goes in and comes out when the device takes layer by layer. */
function describeScoring(shape: AutoencoderShape, error: ErrorKind): ForwardOptions[] {
  const { steps, channels, encoder, latent, decoder } = shape;
  const units = [...encoder, ...decoder];
  return units.map((count, i) => ({
    steps,
    inputs: units[i - 1] ?? channels,
    units: count,
    input: i === 0 ? 'windows' : i === encoder.length ? 'repeated' : 'sequence',
    latent: i === encoder.length ? latent : null,
    output: i === units.length - 1 ? 'head' : i === encoder.length - 1 ? 'last' : 'sequence',
    ...(i === units.length - 1 ? { head: { channels, error } } : {})
  }));
}

const cut = (buffer: GPUBuffer, { offset, words }: Stretch): GPUBufferBinding => ({
  buffer,
  offset: 4 * offset,
  size: 4 * words
});
