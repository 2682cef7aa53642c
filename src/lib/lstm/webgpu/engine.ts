/** The GPU as an engine: scoring and training on one device that it owns. */
import type { LstmEngine } from '../engine';
import type { AutoencoderShape } from '../shape';
import type { GpuContext } from './device';
import { createGpuScorer } from './scorer';
import { createGpuTrainer } from './trainer';
import type { GpuTuning } from './variant';

/** What was measured on this device for a shape; without it a scorer chooses by what usually wins. */
export type FindTuning = (shape: AutoencoderShape) => Promise<GpuTuning | undefined>;

/** Takes the device over. Training always computes with 32-bit weights. */
export function createGpuEngine(context: GpuContext, findTuning: FindTuning = async () => undefined): LstmEngine {
  return {
    kind: 'webgpu',
    detail: context.adapterName,
    createScorer: async (shape, parameters) => createGpuScorer(context, shape, parameters, await findTuning(shape)),
    createTrainer: (shape, from, rule) => createGpuTrainer(context, shape, from, rule),
    dispose: () => context.device.destroy()
  };
}
