/** Holds a subject against the double-precision reference before it is timed: who computes something else is not compared. */
import { comparedLosses, scoreExactly, trainExactly, trainingBatch, type BenchCase } from './case';
import type { Runner, Task } from './subject';

/** Largest absolute difference of outputs, largest relative one of losses. */
export const agreementGate = 1e-4;
/** Windows looked at; the first ones of larger batches. */
const mostWindows = 1024;

/** Resolves with the distance of what the runner computes for the task; null where there is nothing to compare. */
export type Agreement = (runner: Runner, task: Task) => Promise<number | null>;

/** Creates the check; the reference is computed when it is first needed. */
export function createAgreement(bench: BenchCase): Agreement {
  let outputs: ReturnType<typeof scoreExactly> | undefined;
  let losses: number[] | undefined;

  async function comparePrediction(runner: Runner, batch: number): Promise<number> {
    outputs ??= scoreExactly(bench, mostWindows);
    const count = Math.min(batch, mostWindows);
    const found = await runner.predict(batch, count);
    const differences = outputs[runner.output].map((whole, part) => {
      const expected = whole.subarray(0, (whole.length / mostWindows) * count);
      if (found[part]?.length !== expected.length) return NaN;
      return largest(expected.map((value, i) => Math.abs(found[part]![i]! - value)));
    });
    return largest(differences);
  }

  /** One step has been taken before. Only the first training of a runner begins where the reference does. */
  async function compareTraining(runner: Runner, batch: number): Promise<number | null> {
    if (batch !== trainingBatch) return null;
    losses ??= trainExactly(bench);
    const found = await runner.train(batch, comparedLosses);
    return largest(found.map((loss, i) => Math.abs(loss / losses![i + 1]! - 1)));
  }

  return async (runner, task) => {
    if (task.kind === 'roof') return null;
    return task.kind === 'predict' ? comparePrediction(runner, task.batch) : compareTraining(runner, task.batch);
  };
}

/** NaN when any is. */
const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, value), 0);
