/**
 * Several threads share bulk scoring: the windows are cut into pieces, each thread takes the next one when it is done, and a
 * piece travels with the rows it needs. No shared memory, so no special headers. A thread that fails is left out and its
 * piece is scored here.
 */
import { checkStarts, type ErrorKind, type LstmEngine, type Scorer, type Series, type WindowErrors } from './engine';
import type { AutoencoderShape } from './shape';

/** A scorer in another thread. */
export interface RemoteScorer {
  score(series: Series, starts: Int32Array, error: ErrorKind): Promise<WindowErrors>;
  dispose(): void;
}

/** Opens scorers in other threads for one model; empty where there are none to be had. */
export type OpenRemotes = (shape: AutoencoderShape, parameters: Float32Array) => Promise<RemoteScorer[]>;

/** Windows in a piece: some 80 ms of one core, so that the last piece keeps nobody waiting for long. */
const pieceSize = 1024;
/** Pieces a remote thread has at a time: it must not wait for this one, which is computing too. */
const ahead = 2;

/** The same engine, whose scorers share large requests with other threads. Threads are opened by the first such request. */
export function shareScoring(engine: LstmEngine, openRemotes: OpenRemotes): LstmEngine {
  return {
    ...engine,
    async createScorer(shape, parameters) {
      const own = await engine.createScorer(shape, parameters);
      let remotes: Promise<RemoteScorer[]> | null = null;
      return {
        shape,
        async score(series, starts, error) {
          checkStarts(series, starts, shape);
          if (starts.length < 2 * pieceSize) return own.score(series, starts, error);
          remotes ??= openRemotes(shape, parameters).catch(() => []);
          return scoreTogether(own, await remotes, series, starts, error);
        },
        dispose() {
          own.dispose();
          void remotes?.then((opened) => opened.forEach((remote) => remote.dispose()));
        }
      };
    }
  };
}

async function scoreTogether(
  own: Scorer,
  remotes: RemoteScorer[],
  series: Series,
  starts: Int32Array,
  error: ErrorKind
): Promise<WindowErrors> {
  const { steps, channels } = own.shape;
  const found: WindowErrors = {
    score: new Float32Array(starts.length),
    channelError: new Float32Array(starts.length * channels),
    expected: new Float32Array(starts.length * channels)
  };
  let next = 0;
  const failed: number[] = [];
  const take = () => {
    const from = failed.pop() ?? next;
    if (from === next) next = Math.min(starts.length, next + pieceSize);
    return from < starts.length ? from : null;
  };
  const keep = (from: number, part: WindowErrors) => {
    found.score.set(part.score, from);
    found.channelError.set(part.channelError, from * channels);
    found.expected.set(part.expected, from * channels);
  };
  const piece = (from: number) => starts.subarray(from, from + pieceSize);

  async function workOwn(): Promise<void> {
    for (let from = take(); from !== null; from = take()) {
      keep(from, await own.score(series, piece(from), error));
      // Scoring here is one task; the answers of the others are heard between two of them.
      await nextTask();
    }
  }
  async function workRemote(remote: RemoteScorer): Promise<void> {
    for (let from = take(); from !== null; from = take()) {
      const cut = cutSeries(series, piece(from), steps);
      try {
        keep(from, await remote.score(cut.series, cut.starts, error));
      } catch {
        failed.push(from);
        return;
      }
    }
  }
  await Promise.all([
    ...remotes.flatMap((remote) => Array.from({ length: ahead }, () => workRemote(remote))),
    workOwn()
  ]);
  await workOwn(); // what a thread that failed left behind after this one had ended
  return found;
}

/** The rows that the windows touch, and the windows' places in them. */
export function cutSeries(
  { values, channels }: Series,
  starts: Int32Array,
  steps: number
): { series: Series; starts: Int32Array } {
  let first = Infinity;
  let last = 0;
  for (const start of starts) {
    first = Math.min(first, start);
    last = Math.max(last, start);
  }
  return {
    series: { values: values.slice(first * channels, (last + steps) * channels), channels },
    starts: starts.map((start) => start - first)
  };
}

/** Lets the thread take its messages. A timer would be held back by four milliseconds. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
