/**
 * Times several subjects in turns, so that whatever else the machine does meets all of them alike. The first run is kept
 * apart (it compiles), warm-up is thrown away.
 */
import type { Measurement } from './report';
import type { Runner, Task } from './subject';
import { findMedian, findPercentile } from './statistics';

/** A runner that has been found right on its task. */
export interface Contestant {
  runner: Runner;
  task: Task;
  firstMs: number;
  error: number | null;
}

const rounds = 30;
const slowRounds = 5;
/** A run that takes longer is slow. */
const slowMs = 2_000;
const warmUpMs = 400;
const leastWarmUps = 3;
/** Fast subjects run several times per turn: the clock ticks in microseconds, and a turn should find warm caches. */
const turnMs = 15;
const mostPerTurn = 20;

/** Times every contestant. A slow one makes the whole group run less often; `isTrial` makes it run twice. */
export async function timeInTurns(contestants: readonly Contestant[], isTrial: boolean): Promise<Measurement[]> {
  const lanes = [];
  for (const contestant of contestants) {
    const typicalMs = await warmUp(contestant);
    const perTurn = Math.min(mostPerTurn, Math.max(1, Math.round(turnMs / typicalMs)));
    lanes.push({ ...contestant, typicalMs, perTurn, samples: [] as number[] });
  }
  const isSlow = lanes.some(({ typicalMs }) => typicalMs > slowMs);
  const count = isTrial ? 2 : isSlow ? slowRounds : rounds;
  // Beside a slow subject the others still run as often as alone.
  const leastPerTurn = Math.ceil((isTrial ? 1 : rounds) / count);
  for (let round = 0; round < count; round++) {
    // There and back again: nobody always follows the same neighbour.
    const order = round % 2 === 0 ? lanes : lanes.toReversed();
    for (const { runner, task, typicalMs, perTurn, samples } of order) {
      const runs = typicalMs > slowMs ? 1 : Math.max(perTurn, leastPerTurn);
      samples.push(...(await runner.time(task, runs)));
    }
  }
  return lanes.map(({ runner, task, firstMs, error, samples }) => {
    const medianMs = findMedian(samples);
    return {
      name: runner.name,
      detail: runner.detail,
      task,
      runs: samples.length,
      firstMs,
      medianMs,
      p95Ms: findPercentile(samples, 0.95),
      windowsPerSecond: task.kind === 'roof' ? null : (1000 * task.batch) / medianMs,
      multiplyAddsPerSecond: runner.roofMultiplyAdds === null ? null : (1000 * runner.roofMultiplyAdds) / medianMs,
      error
    };
  });
}

/** Runs until engines have compiled for good; returns what the last run took. A slow subject runs once more. */
async function warmUp({ runner, task }: Contestant): Promise<number> {
  let lastMs = 0;
  for (let spent = 0, count = 0; spent < warmUpMs || (count < leastWarmUps && lastMs < slowMs); count++) {
    lastMs = (await runner.time(task, 1))[0]!;
    spent += lastMs;
  }
  return lastMs;
}
