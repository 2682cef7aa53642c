/**
 * How much is given to a device at a time: windows in a micro-batch, so that no dispatch blocks it for long, and micro-batches in a
 * submit, so that submitting costs little. Learned from what the device took; no result depends on it.
 */
import { ringSlots, type Run } from './recorder';

/** A micro-batch is a dozen dispatches or more, so none takes over half of this. */
const longRunMs = 400;
/** What the kernels take together; fewer would not be quicker. */
const fewestRows = 8;
/** Submits of this length leave room for whoever draws. */
const submitMs = 50;
/** Submits under way at a time: the device is never idle, and what is lost with it is little. */
const submitsAhead = 2;

export interface Pace {
  /** Windows in a micro-batch, at most. */
  readonly rows: number;
  /** Passes `runs` to `submit`, a few at a time, and waits for all of them. `submit` settles when the device is done. */
  submitAll(runs: Iterable<Run>, submit: (runs: readonly Run[]) => Promise<unknown>): Promise<void>;
}

/** Begins with `rows` windows in a micro-batch and one micro-batch in a submit. */
export function createPace(rows: number): Pace {
  let runsTogether = 1;

  const learn = (runs: number, ms: number) => {
    const runMs = ms / runs;
    if (runMs > longRunMs && rows > fewestRows) rows = Math.max(fewestRows, Math.floor(rows / 2));
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
        learn(sent.length, doneMs - Math.max(sentMs, idleSinceMs));
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
      for (const run of runs) {
        waiting.push(run);
        if (waiting.length >= runsTogether) await flush();
      }
      if (waiting.length > 0) await flush();
      await Promise.all(underWay);
    }
  };
}
