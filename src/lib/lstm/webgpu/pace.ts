/**
 * How much is given to a device at a time: windows in a micro-batch, so that no dispatch blocks it for long, and micro-batches in a
 * submit, so that submitting costs little. Estimated from the model's work, then learned from what the device took; no result
 * depends on it.
 */
import { countParameters, type AutoencoderShape } from '../shape';
import { ringSlots, type Run } from './recorder';

/** Windows of a micro-batch, and its multiply-adds forward, to begin with: some ten milliseconds, where a device is slow 100. */
const firstRuns = {
  software: { rows: 32, multiplyAdds: 2 ** 26 },
  hardware: { rows: 512, multiplyAdds: 2 ** 31 }
};
/** A micro-batch that took longer is followed by ones half as large, one that took less than `shortRunMs` by larger ones. */
const longRunMs = 200;
const shortRunMs = 50;
/** What the kernels take together; fewer would not be quicker. */
const fewestRows = 8;
/** Submits of this length leave room for whoever draws. */
const submitMs = 50;
/** Submits under way at a time: the device is never idle, and what is lost with it is little. */
const submitsAhead = 2;

export interface Pace {
  /** Windows in a micro-batch, at most. */
  readonly rows: number;
  /** Passes `runs` to `submit`, a few at a time, and waits for all of them, also where one fails. `submit` settles when the device is done. */
  submitAll(runs: Iterable<Run>, submit: (runs: readonly Run[]) => Promise<unknown>): Promise<void>;
}

/** Windows that a first micro-batch of the model may have: every parameter is multiplied about once a step. */
export function estimateRows(shape: AutoencoderShape, isSoftware: boolean): number {
  const { rows, multiplyAdds } = firstRuns[isSoftware ? 'software' : 'hardware'];
  const affordable = Math.floor(multiplyAdds / (countParameters(shape) * shape.steps * fewestRows)) * fewestRows;
  return Math.max(fewestRows, Math.min(rows, affordable));
}

/** Begins with `mostRows` windows in a micro-batch and one micro-batch in a submit. */
export function createPace(mostRows: number): Pace {
  let rows = mostRows;
  let runsTogether = 1;

  const learn = (runs: readonly Run[], ms: number) => {
    const runMs = ms / runs.length;
    // That a small micro-batch was quick says nothing of a large one.
    const isLarge = runs.some(({ step }) => step.rows > rows / 2);
    if (runMs > longRunMs && rows > fewestRows) rows = Math.max(fewestRows, Math.floor(rows / 2));
    else if (runMs < shortRunMs && isLarge) rows = Math.min(mostRows, 2 * rows);
    runsTogether = Math.max(1, Math.min(ringSlots, 2 * runsTogether, Math.floor(submitMs / runMs)));
  };

  return {
    get rows() {
      return rows;
    },
    async submitAll(runs, submit) {
      const underWay: Promise<void>[] = [];
      let idleSinceMs = 0;
      const send = async (sent: readonly Run[]) => {
        const sentMs = performance.now();
        await submit(sent);
        const doneMs = performance.now();
        learn(sent, doneMs - Math.max(sentMs, idleSinceMs));
        idleSinceMs = doneMs;
      };
      let waiting: Run[] = [];
      const flush = async () => {
        const sent = send(waiting);
        sent.catch(() => {}); // whoever waits for it is told
        waiting = [];
        underWay.push(sent);
        if (underWay.length >= submitsAhead) await underWay.shift();
      };
      try {
        for (const run of runs) {
          waiting.push(run);
          if (waiting.length >= runsTogether) await flush();
        }
        if (waiting.length > 0) await flush();
        await Promise.all(underWay);
      } finally {
        await Promise.allSettled(underWay); // whoever frees buffers next frees none that are read
      }
    }
  };
}
