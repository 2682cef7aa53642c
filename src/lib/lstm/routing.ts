/**
 * Two engines as one: small batches to the CPU, large ones to the GPU where it was measured to be faster, and everything to
 * the CPU once the GPU is lost. What was asked of a lost device is asked again, a training goes on from its last checkpoint:
 * the caller never sees the loss, only hears of it. A job that the GPU cannot take (it is too large for it, a kernel will not
 * compile) is the CPU's from then on.
 *
 * Measurements are kept per key by the host, so that a device is not measured at every start, and so that the same training
 * takes the same way again.
 */
import {
  checkBatchSize,
  checkCheckpoint,
  checkParameters,
  checkStarts,
  copyCheckpoint,
  DeviceLostError,
  type Checkpoint,
  type LstmEngine,
  type Scorer,
  type Series,
  type Trainer,
  type TrainingRule
} from './engine';
import { isHalf } from './half';
import type { AutoencoderShape } from './shape';

/** Milliseconds of a job on an engine: `fixed` for each call, `each` for each window. */
export interface Cost {
  fixed: number;
  each: number;
}

/** What was measured for one kind of job. */
export interface Route {
  cpu: Cost;
  gpu: Cost;
}

/** Where a host keeps what was measured on this device. */
export interface RouteMemory {
  read(key: string): Promise<Route | undefined>;
  write(key: string, route: Route): Promise<void>;
}

export interface RouterOptions {
  cpu: LstmEngine;
  gpu: LstmEngine;
  memory: RouteMemory;
  /** A clock in ms. */
  now: () => number;
  /** Told once, when the GPU is gone. */
  onLost: (reason: string) => void;
  /** Resolves with the reason when the GPU goes away while nothing runs on it. */
  lost: Promise<string>;
  /** The GPU computes everything it can, whatever it costs. */
  isForced: boolean;
}

/** Below this the GPU is not even asked: a readback alone takes longer than the CPU for so few windows. */
const fewest = 16;
/** Windows the cost of a window is measured with, as many as are asked for up to this: what several threads share is not small. */
const sample = 4096;
/** Batches the cost of a training is measured with. */
const sampleBatches = 3;
const timedRuns = 3;

/** Joins the two. Its kind and detail are the GPU's. */
export function createRouter({ cpu, gpu, memory, now, onLost, lost, isForced }: RouterOptions): LstmEngine {
  let isLost = false;

  function lose(reason: string): void {
    if (isLost) return;
    isLost = true;
    onLost(reason);
  }
  void lost.then(lose);

  /** Hears of a loss. Any other failure of the GPU concerns one job alone. */
  const hear = (error: unknown) => {
    if (error instanceof DeviceLostError) lose(error.message);
  };

  /** Median of some runs after one that compiles. */
  async function time(run: () => Promise<unknown>): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i <= timedRuns; i++) {
      const startMs = now();
      await run();
      if (i > 0) times.push(now() - startMs);
    }
    return times.sort((a, b) => a - b)[timedRuns >> 1]!;
  }

  /** The route of a job from memory, or measured now. */
  async function findRoute(job: string, shape: AutoencoderShape, measure: () => Promise<Route>): Promise<Route> {
    const key = JSON.stringify([gpu.detail, cpu.detail, job, shape]);
    const known = await memory.read(key);
    if (known) return known;
    const route = await measure();
    await memory.write(key, route);
    return route;
  }

  async function createScorer(shape: AutoencoderShape, parameters: Float32Array): Promise<Scorer> {
    checkParameters(shape, parameters);
    const copy = parameters.slice();
    const near = await cpu.createScorer(shape, copy);
    let far: Promise<Scorer> | null = null;
    let route: Promise<Route> | null = null;
    let isUnfit = false;

    async function measure(series: Series, starts: Int32Array): Promise<Route> {
      const few = starts.subarray(0, fewest);
      const many = starts.subarray(0, Math.min(sample, starts.length));
      const timeBoth = async (scorer: Scorer): Promise<Cost> => {
        const short = await time(() => scorer.score(series, few, 'mae'));
        const long = await time(() => scorer.score(series, many, 'mae'));
        return fitCost(few.length, short, many.length, long);
      };
      return { cpu: await timeBoth(near), gpu: await timeBoth(await far!) };
    }

    /** Scores on the GPU; null where the CPU is to do it. */
    async function scoreFar(...[series, starts, error]: Parameters<Scorer['score']>) {
      far ??= gpu.createScorer(shape, copy);
      const scorer = await far;
      if (!isForced) {
        route ??= findRoute(isHalf(copy) ? 'score f16' : 'score', shape, () => measure(series, starts));
        const { cpu: nearCost, gpu: farCost } = await route;
        if (predict(nearCost, starts.length) <= predict(farCost, starts.length)) return null;
      }
      return scorer.score(series, starts, error);
    }

    return {
      shape,
      async score(series, starts, error) {
        checkStarts(series, starts, shape);
        // A first measurement wants a batch whose cost can be told from that of a call.
        const isMany = isForced || starts.length >= (route ? fewest : 4 * fewest);
        if (!isMany || isLost || isUnfit) return near.score(series, starts, error);
        try {
          return (await scoreFar(series, starts, error)) ?? (await near.score(series, starts, error));
        } catch (failure) {
          isUnfit = true;
          hear(failure);
          return near.score(series, starts, error);
        }
      },
      dispose() {
        near.dispose();
        far?.then(
          (scorer) => scorer.dispose(),
          () => {}
        );
      }
    };
  }

  async function createTrainer(shape: AutoencoderShape, from: Checkpoint, rule: TrainingRule): Promise<Trainer> {
    checkCheckpoint(shape, from);
    let checkpoint = copyCheckpoint(from);
    let current: Promise<Trainer> | null = null;
    let isFar = false;

    /** Whether the GPU is to train, by what it takes for some batches. */
    async function prefersFar(series: Series, order: Int32Array, batchSize: number): Promise<boolean> {
      if (isLost || isForced) return !isLost;
      const windows = order.subarray(0, Math.min(order.length, sampleBatches * batchSize));
      const timeOne = async (engine: LstmEngine): Promise<Cost> => {
        const trial = await engine.createTrainer(shape, checkpoint, rule);
        const ms = await time(() => trial.fit(series, windows, batchSize)).finally(() => trial.dispose());
        return { fixed: 0, each: ms / windows.length };
      };
      const route = await findRoute(`train ${batchSize}`, shape, async () => ({
        cpu: await timeOne(cpu),
        gpu: await timeOne(gpu)
      }));
      return route.gpu.each < route.cpu.each;
    }

    async function open(series: Series, order: Int32Array, batchSize: number): Promise<Trainer> {
      try {
        if (await prefersFar(series, order, batchSize)) {
          const trainer = await gpu.createTrainer(shape, checkpoint, rule);
          isFar = true;
          return trainer;
        }
      } catch (failure) {
        hear(failure);
      }
      return cpu.createTrainer(shape, checkpoint, rule);
    }

    /** Runs it where the training is; when the GPU fails, once more on the CPU from the last checkpoint. */
    async function run<T>(job: (trainer: Trainer) => Promise<T>): Promise<T> {
      const trainer = await (current ??= cpu.createTrainer(shape, checkpoint, rule));
      if (!isFar) return job(trainer);
      try {
        return await job(trainer);
      } catch (failure) {
        hear(failure);
        trainer.dispose();
        isFar = false;
        return job(await (current = cpu.createTrainer(shape, checkpoint, rule)));
      }
    }

    return {
      shape,
      get kind() {
        return isFar ? gpu.kind : cpu.kind;
      },
      async fit(series, order, batchSize) {
        checkStarts(series, order, shape);
        checkBatchSize(batchSize);
        // Before the first batches nobody knows how large they are.
        if (order.length > 0) current ??= open(series, order, batchSize);
        return run(async (trainer) => {
          const losses = await trainer.fit(series, order, batchSize);
          // Only what was read back survives a device; the CPU does not go away.
          if (isFar) checkpoint = await trainer.save();
          return losses;
        });
      },
      evaluate: (series, starts) => run((trainer) => trainer.evaluate(series, starts)),
      differentiate: (series, starts) => run((trainer) => trainer.differentiate(series, starts)),
      // After each `fit` on the GPU it was read back already.
      save: async () => (isFar ? copyCheckpoint(checkpoint) : run((trainer) => trainer.save())),
      dispose: () =>
        void current?.then(
          (trainer) => trainer.dispose(),
          () => {}
        )
    };
  }

  return {
    kind: gpu.kind,
    detail: gpu.detail,
    createScorer,
    createTrainer,
    dispose() {
      cpu.dispose();
      gpu.dispose();
    }
  };
}

/** Cost of a job of `count` windows, ms. */
export function predict({ fixed, each }: Cost, count: number): number {
  return fixed + each * count;
}

/** The line through two measurements, never falling and never below zero; both of it from the longer one where they are one. */
export function fitCost(few: number, shortMs: number, many: number, longMs: number): Cost {
  if (many <= few) return { fixed: 0, each: longMs / many };
  const each = Math.max(0, (longMs - shortMs) / (many - few));
  return { fixed: Math.max(0, shortMs - each * few), each };
}
