/** The GPU as an engine: scoring and training on one device that it owns. */
import type { LstmEngine } from '../engine';
import { isHalf } from '../half';
import type { AutoencoderShape } from '../shape';
import type { GpuContext } from './device';
import { createGpuScorer } from './scorer';
import { createGpuTrainer } from './trainer';
import type { GpuTuning } from './variant';

/** What was measured on this device for a shape, with 16-bit weights where allowed; without it a scorer chooses by what usually wins. */
export type FindTuning = (shape: AutoencoderShape, allowF16: boolean) => Promise<GpuTuning | undefined>;

/** Takes the device over. Training always computes with 32-bit weights, scoring with 16 bits only those that lose nothing. */
export function createGpuEngine(context: GpuContext, findTuning: FindTuning = async () => undefined): LstmEngine {
  return {
    kind: 'webgpu',
    detail: context.adapterName,
    createScorer: async (shape, parameters) =>
      createGpuScorer(context, shape, parameters, await findTuning(shape, isHalf(parameters))),
    createTrainer: (shape, from, rule) => createGpuTrainer(context, shape, from, rule),
    dispose: () => context.device.destroy()
  };
}
