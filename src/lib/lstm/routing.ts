/**
 * Two engines as one: small batches to the CPU, large ones to the GPU where it was measured to be faster, and everything to
 * the CPU once the GPU is lost. What was asked of a lost device is asked again, a training goes on from its last checkpoint:
 * the caller never sees the loss, only hears of it.
 *
 * Measurements are kept per key by the host, so that a device is not measured at every start, and so that the same training
 * takes the same way again.
 */
import {
  DeviceLostError,
  type Checkpoint,
  type LstmEngine,
  type Scorer,
  type Series,
  type Trainer,
  type TrainingRule
} from './engine';
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
  /** The GPU computes everything, whatever it costs. */
  isForced: boolean;
}

/** Below this the GPU is not even asked: a readback alone takes longer than the CPU for so few windows. */
const fewest = 16;
/** Windows the cost of a call is measured with. */
const sample = 256;
/** Batches the cost of a training is measured with. */
const sampleBatches = 3;

/** Joins the two. Its kind and detail are the GPU's. */
export function createRouter({ cpu, gpu, memory, now, onLost, isForced }: RouterOptions): LstmEngine {
  let isLost = false;

  function lose(error: unknown): void {
    if (!(error instanceof DeviceLostError)) throw error;
    if (isLost) return;
    isLost = true;
    onLost(error.message);
  }

  async function time(run: () => Promise<unknown>): Promise<number> {
    await run(); // the first run compiles
    const startMs = now();
    await run();
    return now() - startMs;
  }

  /** The route of a job from memory, or measured now. */
  async function findRoute(job: string, shape: AutoencoderShape, measure: () => Promise<Route>): Promise<Route> {
    const key = `${gpu.detail} ${job} ${JSON.stringify(shape)}`;
    const known = await memory.read(key);
    if (known) return known;
    const route = await measure();
    await memory.write(key, route);
    return route;
  }

  async function createScorer(shape: AutoencoderShape, parameters: Float32Array): Promise<Scorer> {
    const near = await cpu.createScorer(shape, parameters);
    let far: Scorer | null = null;
    let route: Route | null = null;

    async function scoreFar(...[series, starts, error]: Parameters<Scorer['score']>) {
      far ??= await gpu.createScorer(shape, parameters);
      if (isForced) return far.score(series, starts, error);
      route ??= await findRoute('score', shape, async () => {
        const few = starts.subarray(0, fewest);
        const many = starts.subarray(0, Math.min(sample, starts.length));
        const timeBoth = async (scorer: Scorer): Promise<Cost> => {
          const short = await time(() => scorer.score(series, few, error));
          const long = await time(() => scorer.score(series, many, error));
          return fitCost(few.length, short, many.length, long);
        };
        return { cpu: await timeBoth(near), gpu: await timeBoth(far!) };
      });
      if (predict(route.cpu, starts.length) <= predict(route.gpu, starts.length)) return null;
      return far.score(series, starts, error);
    }

    return {
      shape,
      async score(series, starts, error) {
        // A first measurement wants a batch whose cost can be told from that of a call.
        const isMany = isForced || starts.length >= (route ? fewest : 4 * fewest);
        const scores = isMany && !isLost ? await scoreFar(series, starts, error).catch(lose) : null;
        return scores ?? near.score(series, starts, error);
      },
      dispose() {
        near.dispose();
        far?.dispose();
      }
    };
  }

  async function createTrainer(shape: AutoencoderShape, from: Checkpoint, rule: TrainingRule): Promise<Trainer> {
    let trainer: Trainer | null = null;
    let isFar = false;
    let checkpoint = from;

    async function chooseTrainer(series: Series, order: Int32Array, batchSize: number): Promise<Trainer> {
      if (isForced) {
        isFar = true;
        return gpu.createTrainer(shape, checkpoint, rule);
      }
      const windows = order.subarray(0, Math.min(order.length, sampleBatches * batchSize));
      const timeOne = async (engine: LstmEngine): Promise<Cost> => {
        const trial = await engine.createTrainer(shape, from, rule);
        const ms = await time(() => trial.fit(series, windows, batchSize)).finally(() => trial.dispose());
        return { fixed: 0, each: ms / windows.length };
      };
      const route = await findRoute(`train ${batchSize}`, shape, async () => ({
        cpu: await timeOne(cpu),
        gpu: await timeOne(gpu)
      }));
      isFar = route.gpu.each < route.cpu.each;
      return (isFar ? gpu : cpu).createTrainer(shape, checkpoint, rule);
    }

    /** The trainer in use. Before the first `fit` tells how large the batches are, that is the CPU's. */
    async function current(): Promise<Trainer> {
      return (trainer ??= await cpu.createTrainer(shape, checkpoint, rule));
    }

    /** Runs it, on the GPU as long as there is one; after a loss once more from the last checkpoint. */
    async function run<T>(job: (trainer: Trainer) => Promise<T>): Promise<T> {
      if (isFar && trainer) {
        try {
          return await job(trainer);
        } catch (error) {
          lose(error);
          trainer.dispose();
          trainer = null;
          isFar = false;
        }
      }
      return job(await current());
    }

    return {
      shape,
      async fit(series, order, batchSize) {
        if (!trainer && !isLost) {
          const chosen = await chooseTrainer(series, order, batchSize).catch((error: unknown) => {
            isFar = false;
            lose(error);
          });
          trainer = chosen ?? null;
        }
        return run(async (each) => {
          const losses = await each.fit(series, order, batchSize);
          // Only what was read back survives a device; the CPU does not go away.
          if (isFar) checkpoint = await each.save();
          return losses;
        });
      },
      evaluate: (series, starts) => run((each) => each.evaluate(series, starts)),
      differentiate: (series, starts) => run((each) => each.differentiate(series, starts)),
      save: () => run((each) => each.save()),
      dispose: () => trainer?.dispose()
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
