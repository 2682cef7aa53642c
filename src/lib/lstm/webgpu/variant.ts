/** Which kernel scores how many windows on a device: what can be chosen from, and the choice until something is measured. */
import type { AutoencoderShape } from '../shape';
import type { GpuContext } from './device';
import { threadLimit } from './lstm-forward.wgsl';
import { fitsWholeWindow } from './whole-window.wgsl';

/** One way of scoring: a window per workgroup in one dispatch, or tiles of windows layer by layer. */
export type Variant =
  | { readonly kind: 'whole'; readonly threads: number }
  | { readonly kind: 'tile'; readonly windows: number; readonly perThread: number };

/** What was measured once. Plain data: the host keeps it under `key`. */
export interface GpuTuning {
  readonly key: string;
  /** Weights are kept as 16-bit floats, so only parameters that are such can be. The same for all sizes: they go up once. */
  readonly f16: boolean;
  /** In ascending order: from so many windows on this way of scoring, up to the next. */
  readonly choices: readonly { readonly from: number; readonly variant: Variant }[];
  /** Medians, for whoever wants to know why. */
  readonly times: readonly {
    readonly windows: number;
    readonly f16: boolean;
    readonly variant: Variant;
    readonly ms: number;
  }[];
}

/** The small-batch kernel with about a thread per unit, and with as many as every device has, where a window fits. */
export function listWholeWindows(shape: AutoencoderShape): Variant[] {
  const widest = Math.max(...shape.encoder, ...shape.decoder, shape.channels);
  const least = Math.ceil(widest / 32) * 32;
  return [...new Set([least, threadLimit])]
    .filter((threads) => fitsWholeWindow(shape, threads))
    .map((threads) => ({ kind: 'whole', threads }));
}

/** Before a measurement: small batches whole, on a software adapter with few threads, which it runs one after another. */
export function chooseUntuned(context: GpuContext, shape: AutoencoderShape): GpuTuning {
  const whole = listWholeWindows(shape).at(context.isSoftware ? 0 : -1);
  const choices: GpuTuning['choices'] = context.isSoftware
    ? [
        { from: 1, variant: whole ?? { kind: 'tile', windows: 1, perThread: 1 } },
        { from: 4, variant: { kind: 'tile', windows: 8, perThread: 8 } }
      ]
    : [
        { from: 1, variant: whole ?? { kind: 'tile', windows: 4, perThread: 1 } },
        { from: 64, variant: { kind: 'tile', windows: 4, perThread: 2 } },
        { from: 512, variant: { kind: 'tile', windows: 16, perThread: 4 } }
      ];
  return { key: 'untuned', f16: false, choices, times: [] };
}
