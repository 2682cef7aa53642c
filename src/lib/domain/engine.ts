/** What can compute, best first: the GPU, the CPU through WebAssembly, the CPU in plain double precision. */
export const backends = ['webgpu', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backends)[number];

/** What the person asked for. `auto` passes over a software adapter; naming `webgpu` accepts it. */
export type BackendChoice = 'auto' | BackendName;

/** Of what kind a model's weights are: any single-precision numbers, or only such as 16 bits hold exactly. */
export const precisions = ['f32', 'f16'] as const;
export type Precision = (typeof precisions)[number];

/** One backend that was tried at start-up. */
export interface BackendTrial {
  backend: BackendName;
  outcome: 'passed' | 'absent' | 'software-adapter' | 'wrong-forward' | 'wrong-gradient' | 'failed';
  /** Largest absolute error of the forward pass and largest relative error of the gradient against the reference; NaN if not reached. */
  forwardError: number;
  gradientError: number;
  milliseconds: number;
  detail: string;
}

/** Which backend runs, and why. */
export interface EngineStatus {
  backend: BackendName;
  /** Adapter as the browser names it, or how the CPU computes. */
  adapter: string;
  choice: BackendChoice;
  trials: BackendTrial[];
  /** A GPU runs that knows 16-bit floats, so that 16-bit weights can pay. */
  hasF16: boolean;
  /** Why the GPU is gone; the CPU computes since. Null as long as what was chosen runs. */
  lost: string | null;
}

/** One tick of a training, sent after each epoch. */
export interface TrainingProgress {
  phase: 'starting' | 'training' | 'scoring' | 'storing';
  epoch: number;
  maxEpochs: number;
  loss: number;
  validationLoss: number;
  windowsPerSecond: number;
  /** Estimate, at most; NaN while unknown. */
  secondsLeft: number;
  /** 0 … 1 over all phases. */
  done: number;
}
