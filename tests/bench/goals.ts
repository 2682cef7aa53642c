/** The ratios that are promised, and how far a run reached them. */
import { bulkCount, shape, trainingBatch } from './case';
import type { Comparison, Measurement } from './report';
import type { Task } from './subject';
import { activationMultiplyAdds, countExecuted } from './work';

const predict = (batch: number): Task => ({ kind: 'predict', batch });
const train: Task = { kind: 'train', batch: trainingBatch };

interface Goal {
  measure: string;
  ours: string;
  peer: string;
  task: Task;
  goal: number | null;
}

const cpu: Omit<Goal, 'ours'>[] = [
  { measure: 'batch 1 against tfjs-wasm', peer: 'tfjs wasm', task: predict(1), goal: null },
  { measure: 'batch 1 against onnxruntime-web', peer: 'onnxruntime-web', task: predict(1), goal: 1 },
  { measure: 'batch 1 against onnxruntime-node', peer: 'onnxruntime-node', task: predict(1), goal: null },
  { measure: 'batch 64 against tfjs-wasm', peer: 'tfjs wasm', task: predict(64), goal: null },
  { measure: 'batch 64 against onnxruntime-web', peer: 'onnxruntime-web', task: predict(64), goal: null },
  { measure: 'batch 1024 against tfjs-wasm', peer: 'tfjs wasm', task: predict(1024), goal: 10 },
  { measure: 'batch 1024 against onnxruntime-web', peer: 'onnxruntime-web', task: predict(1024), goal: 2.5 },
  { measure: 'batch 1024 against onnxruntime-node', peer: 'onnxruntime-node', task: predict(1024), goal: 0.8 },
  { measure: 'batch 1024 against PyTorch', peer: 'PyTorch', task: predict(1024), goal: null },
  { measure: 'training step of 64 against tfjs-wasm', peer: 'tfjs wasm', task: train, goal: 25 },
  { measure: 'training step of 64 against PyTorch', peer: 'PyTorch', task: train, goal: 1.3 }
];

const gpu = (hasSoftwareGpu: boolean): Omit<Goal, 'ours'>[] => {
  const on = (software: number | null, hardware: number | null) => (hasSoftwareGpu ? software : hardware);
  return [
    { measure: 'batch 1 against tfjs-webgpu', peer: 'tfjs webgpu', task: predict(1), goal: on(40, null) },
    { measure: 'batch 64 against tfjs-webgpu', peer: 'tfjs webgpu', task: predict(64), goal: on(12, 100) },
    { measure: 'batch 1024 against tfjs-webgpu', peer: 'tfjs webgpu', task: predict(1024), goal: null },
    { measure: 'batch 4096 against tfjs-webgpu', peer: 'tfjs webgpu', task: predict(4096), goal: null },
    { measure: 'training step of 64 against tfjs-webgpu', peer: 'tfjs webgpu', task: train, goal: on(12, null) }
  ];
};

const bulk: Goal = {
  measure: `two workers against one, ${bulkCount.toLocaleString('en')} windows`,
  ours: 'ours wasm, 2 workers',
  peer: 'ours wasm, 1 worker',
  task: predict(bulkCount),
  goal: 1.7
};

interface RoofGoal {
  ours: string;
  roof: string;
  batch: number;
  goal: number | null;
  isCpu: boolean;
}

const roofs = (hasSoftwareGpu: boolean): RoofGoal[] => [
  { ours: 'ours wasm relaxed', roof: 'roof relaxed', batch: 1024, goal: 0.5, isCpu: true },
  { ours: 'ours wasm plain', roof: 'roof plain', batch: 1024, goal: 0.7, isCpu: true },
  ...[1024, 4096].map((batch) => ({
    ours: 'ours webgpu',
    roof: 'roof webgpu',
    batch,
    goal: hasSoftwareGpu ? null : 0.3,
    isCpu: false
  }))
];

/** Compares whatever was measured on both sides. Goals stand for the best build the browser runs; the other build is shown beside. */
export function compareAll(measurements: readonly Measurement[], hasSoftwareGpu: boolean): Comparison[] {
  const find = (name: string, task: Task) =>
    measurements.find((found) => found.name === name && JSON.stringify(found.task) === JSON.stringify(task));
  const flavours = ['ours wasm relaxed', 'ours wasm plain'].filter((name) =>
    measurements.some((found) => found.name === name)
  );
  const goals = [
    ...flavours.flatMap((ours, i) => cpu.map((goal) => ({ ...goal, ours, goal: i === 0 ? goal.goal : null }))),
    bulk,
    ...gpu(hasSoftwareGpu).map((goal) => ({ ...goal, ours: 'ours webgpu' }))
  ];
  const ratios = goals.flatMap(({ measure, ours, peer, task, goal }): Comparison[] => {
    const [own, other] = [find(ours, task), find(peer, task)];
    return own && other ? [{ measure, ours, value: other.medianMs / own.medianMs, unit: 'ratio', goal }] : [];
  });
  const { multiplyAdds, activations } = countExecuted(shape);
  const shares = roofs(hasSoftwareGpu).flatMap(({ ours, roof, batch, goal, isCpu }): Comparison[] => {
    const own = find(ours, predict(batch));
    const most = find(roof, { kind: 'roof' })?.multiplyAddsPerSecond;
    if (!own || !most) return [];
    const share = (count: number, of: string, goal: number | null): Comparison => {
      const value = (count * own.windowsPerSecond!) / most;
      return { measure: `batch ${batch}, share of the multiply-add roof${of}`, ours, value, unit: 'share', goal };
    };
    // Judged by the products alone: more work on the activations must not look like a gain.
    const found = share(multiplyAdds, '', goal);
    if (!isCpu) return [found];
    return [found, share(multiplyAdds + activationMultiplyAdds * activations, ', activations too', null)];
  });
  return [...ratios, ...shares];
}
