/** What is timed with what: groups whose members run in turns. */
import { bulkCount, trainingBatch } from './case';
import type { Section } from './options';
import type { Task } from './subject';

/** Where a subject runs. */
export type Place = 'page' | 'node' | 'python';

/** One subject with one task. */
export interface Entry {
  readonly name: string;
  readonly task: Task;
}

const predict = (batch: number): Task => ({ kind: 'predict', batch });
const train: Task = { kind: 'train', batch: trainingBatch };
const each = (names: readonly string[], task: Task): Entry[] => names.map((name) => ({ name, task }));

const engines = ['ours wasm relaxed', 'ours wasm plain'];
const scorers = [...engines, 'tfjs wasm', 'onnxruntime-web', 'onnxruntime-node', 'PyTorch'];
const gpu = ['ours webgpu', 'tfjs webgpu'];

/** The groups of a section. A software adapter is spared what takes stock TensorFlow.js most of a minute. */
export function planGroups(section: Section, hasSoftwareGpu: boolean): Entry[][] {
  switch (section) {
    case 'cpu':
      return [
        each(scorers, predict(1)),
        each(scorers, predict(64)),
        [...each(scorers, predict(1024)), ...each(['roof relaxed', 'roof plain'], { kind: 'roof' })]
      ];
    case 'train':
      return [each([...engines, 'tfjs wasm', 'PyTorch'], train)];
    case 'bulk':
      return [each(['ours wasm, 1 worker', 'ours wasm, 2 workers'], predict(bulkCount))];
    case 'gpu':
      return [
        each(gpu, predict(1)),
        each(gpu, predict(64)),
        [
          ...each(hasSoftwareGpu ? gpu.slice(0, 1) : gpu, predict(1024)),
          { name: 'roof webgpu', task: { kind: 'roof' } }
        ],
        each(gpu, train)
      ];
  }
}

/** The groups of the run on Dawn, for a real GPU; `isQuick` for one that the processor imitates. */
export function planDawn(isQuick: boolean): Entry[][] {
  if (isQuick) {
    return [each(gpu, predict(1)), [...each(['ours webgpu'], predict(64)), ...each(['roof webgpu'], { kind: 'roof' })]];
  }
  return [
    each(gpu, predict(1)),
    each(gpu, predict(64)),
    ...[1024, 4096].map((batch) => [...each(gpu, predict(batch)), ...each(['roof webgpu'], { kind: 'roof' })]),
    ...[trainingBatch, 1, 1024, 4096].map((batch) => each(gpu, { kind: 'train', batch }))
  ];
}

/** Everything runs in the browser but what has no build for it. */
export function placeOf(name: string): Place {
  if (name === 'PyTorch') return 'python';
  return name === 'onnxruntime-node' ? 'node' : 'page';
}
