/** The engine as pages see it: which backend runs and why, and the one training that may be running. */
import { createEngineClient, proxy } from '../bridge/clients';
import type { TrainRequest } from '../bridge/engine-api';
import type { EngineStatus, Precision, TrainingProgress } from '../domain/engine';
import { ok, type Fault, type Result } from '../domain/result';
import type { Settings } from './settings.svelte';

/** A training or first scoring under way, or just ended with a fault. */
export interface Job {
  assetId: string;
  progress: TrainingProgress;
  loss: number[];
  validationLoss: number[];
  isRunning: boolean;
  fault: Fault | null;
}

type JobCall = (onProgress: (progress: TrainingProgress) => void) => Promise<Result<string>>;

const starting: TrainingProgress = {
  phase: 'starting',
  epoch: 0,
  maxEpochs: 0,
  loss: NaN,
  validationLoss: NaN,
  windowsPerSecond: NaN,
  secondsLeft: NaN,
  done: 0
};

const phaseOf = ({ phase, done }: TrainingProgress) => ({ phase, done, secondsLeft: NaN });

export class Engine {
  status = $state.raw<EngineStatus | null>(null);
  /** Set when no backend passes. */
  fault = $state.raw<Fault | null>(null);
  /** Why the thread was last restarted unasked; null when it never was, or the person has read it. */
  restartReason = $state<string | null>(null);
  /** The person has read that the GPU went away. */
  isLossKnown = $state(false);
  job = $state.raw<Job | null>(null);
  /** The last job asked for; the next one waits for it. */
  #last: Promise<void> = Promise.resolve();
  /** Names the running job; null when none runs, so that what a cancelled one still says is not heard. */
  #ticket: symbol | null = null;
  readonly #settings: Settings;
  readonly #onDeath: () => void;
  readonly #onStored: (assetId: string) => void;
  readonly #client = createEngineClient(
    async (api) => {
      const started = await api.start(
        this.#settings.backend,
        proxy((status) => (this.status = status))
      );
      this.status = started.ok ? started.value : null;
      this.fault = started.ok ? null : started.fault;
      this.isLossKnown = false;
    },
    (reason) => {
      this.restartReason = reason;
      this.#onDeath();
      void this.start();
    }
  );

  /** `onDeath` is told when the thread died, after everything it held was freed; `onStored` when a pump has another model. */
  constructor(settings: Settings, onDeath: () => void, onStored: (assetId: string) => void) {
    this.#settings = settings;
    this.#onDeath = onDeath;
    this.#onStored = onStored;
  }

  /** Starts the thread if it is not running, and with it the choice of a backend. */
  async start(): Promise<void> {
    const started = await this.#client.call(async () => ok(null));
    if (!started.ok && started.fault.code === 'worker-died') this.fault = started.fault;
  }

  /** Starts afresh, after the person chose another backend. */
  async restart(): Promise<void> {
    this.#client.stop();
    this.status = null;
    this.fault = null;
    await this.start();
  }

  /** What the next training rounds its weights to: what the person has set, where it can pay. */
  get precision(): Precision {
    return this.status?.hasF16 ? this.#settings.precision : 'f32';
  }

  /** Trains, scores and stores. */
  async train(request: Omit<TrainRequest, 'precision'>): Promise<void> {
    await this.#run(request.assetId, (onProgress) =>
      this.#client.call((api) =>
        api.train({ ...($state.snapshot(request) as typeof request), precision: this.precision }, proxy(onProgress))
      )
    );
  }

  /** Scores a recording with a shipped model and stores all of it. */
  async applyShipped(assetId: string, modelName: string): Promise<void> {
    await this.#run(assetId, (onProgress) =>
      this.#client.call((api) => api.applyShipped(assetId, modelName, proxy(onProgress)))
    );
  }

  /** Stops the running job at once by ending its thread. What it had stored of scores is without a record, and swept. */
  cancel(): void {
    if (!this.job?.isRunning) return;
    this.#ticket = null;
    this.#client.stop();
    this.job = null;
    void this.start();
  }

  dismissJob(): void {
    if (!this.job?.isRunning) this.job = null;
  }

  /** Runs a job when those before it have ended. */
  #run(assetId: string, call: JobCall): Promise<void> {
    this.#last = this.#last.then(() => this.#runNow(assetId, call));
    return this.#last;
  }

  async #runNow(assetId: string, call: JobCall): Promise<void> {
    const ticket = (this.#ticket = Symbol(assetId));
    const mine: Job = { assetId, progress: starting, loss: [], validationLoss: [], isRunning: true, fault: null };
    this.job = mine;
    const result = await call((progress) => {
      if (this.#ticket !== ticket || !this.job) return; // a late message of a cancelled job
      const isEpoch = progress.phase === 'training' && progress.epoch > this.job.loss.length;
      this.job = {
        ...this.job,
        // What the training reached stays in view while its model scores.
        progress: progress.phase === 'training' ? progress : { ...this.job.progress, ...phaseOf(progress) },
        loss: isEpoch ? [...this.job.loss, progress.loss] : this.job.loss,
        validationLoss: isEpoch ? [...this.job.validationLoss, progress.validationLoss] : this.job.validationLoss
      };
    });
    if (this.#ticket !== ticket) return;
    this.#ticket = null;
    this.job = result.ok ? null : { ...(this.job ?? mine), isRunning: false, fault: result.fault };
    if (result.ok) this.#onStored(assetId);
  }
}
