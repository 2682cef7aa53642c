/**
 * Several threads share bulk scoring: the windows are cut into pieces, each thread takes the next one when it is done, and a
 * piece travels with the rows it needs. No shared memory, so no special headers. Whatever becomes of the other threads, this
 * one finishes: a piece that fails is scored here, and a thread that does not answer is not waited for.
 */
import { checkStarts, type ErrorKind, type LstmEngine, type Scorer, type Series, type WindowErrors } from './engine';
import type { AutoencoderShape } from './shape';

/** A scorer in another thread. */
export interface RemoteScorer {
  score(series: Series, starts: Int32Array, error: ErrorKind): Promise<WindowErrors>;
  dispose(): void;
}

/** Opens scorers in other threads for one model, each in its own time; none where there are none to be had. */
export type OpenRemotes = (shape: AutoencoderShape, parameters: Float32Array) => Promise<RemoteScorer>[];

/** Windows in a piece: some 80 ms of one core, so that the last piece keeps nobody waiting for long. */
const pieceSize = 1024;
/** Pieces a remote thread has at a time: it must not wait for this one, which is computing too. */
const ahead = 2;
/** How long this thread waits for pieces under way when it has none left to do itself. */
const patienceMs = 2000;

/** The same engine, whose scorers share large requests with other threads. Threads are opened by the first such request. */
export function shareScoring(engine: LstmEngine, openRemotes: OpenRemotes, waitMs = patienceMs): LstmEngine {
  return {
    ...engine,
    async createScorer(shape, parameters) {
      const own = await engine.createScorer(shape, parameters);
      let opened: Promise<RemoteScorer>[] | null = null;
      const dropped = new Set<RemoteScorer>();
      const drop = (remote: RemoteScorer) => {
        dropped.add(remote);
        remote.dispose();
      };
      return {
        shape,
        async score(series, starts, error) {
          checkStarts(series, starts, shape);
          if (starts.length < 2 * pieceSize) return own.score(series, starts, error);
          opened ??= openRemotes(shape, parameters);
          const { found, late } = await scoreTogether(own, opened, dropped, series, starts, error, waitMs);
          late.forEach(drop);
          return found;
        },
        dispose() {
          own.dispose();
          for (const remote of opened ?? []) remote.then(drop, () => {});
        }
      };
    }
  };
}

/** The scores, and the threads that failed or had not answered when all else was done. */
async function scoreTogether(
  own: Scorer,
  opened: Promise<RemoteScorer>[],
  dropped: ReadonlySet<RemoteScorer>,
  series: Series,
  starts: Int32Array,
  error: ErrorKind,
  waitMs: number
): Promise<{ found: WindowErrors; late: Set<RemoteScorer> }> {
  const { steps, channels } = own.shape;
  const found: WindowErrors = {
    score: new Float32Array(starts.length),
    channelError: new Float32Array(starts.length * channels),
    expected: new Float32Array(starts.length * channels)
  };
  const pieces = Math.ceil(starts.length / pieceSize);
  const isKept = new Uint8Array(pieces);
  const underWay = new Map<number, RemoteScorer>();
  const failed: number[] = [];
  const late = new Set<RemoteScorer>();
  let next = 0;
  let wake: () => void = () => {};

  const take = () => failed.pop() ?? (next < pieces ? next++ : null);
  const windowsOf = (piece: number) => starts.subarray(piece * pieceSize, (piece + 1) * pieceSize);
  const keep = (piece: number, part: WindowErrors) => {
    if (isKept[piece]) return;
    isKept[piece] = 1;
    found.score.set(part.score, piece * pieceSize);
    found.channelError.set(part.channelError, piece * pieceSize * channels);
    found.expected.set(part.expected, piece * pieceSize * channels);
  };

  async function workOwn(): Promise<void> {
    for (let piece = take(); piece !== null; piece = take()) {
      keep(piece, await own.score(series, windowsOf(piece), error));
      // Scoring here is one task; the answers of the others are heard between two of them.
      await nextTask();
    }
  }
  async function workRemote(remote: RemoteScorer): Promise<void> {
    for (let piece = late.has(remote) ? null : take(); piece !== null; piece = take()) {
      underWay.set(piece, remote);
      const cut = cutSeries(series, windowsOf(piece), steps);
      try {
        keep(piece, await remote.score(cut.series, cut.starts, error));
      } catch {
        failed.push(piece);
        late.add(remote);
      }
      underWay.delete(piece);
      wake();
      if (late.has(remote)) return;
    }
  }

  for (const remote of opened) {
    void remote
      .then((each) => (dropped.has(each) ? [] : Array.from({ length: ahead }, () => void workRemote(each))))
      .catch(() => {}); // a thread that does not open is none
  }
  await workOwn();
  while (underWay.size > 0) {
    const isHeard = await Promise.race([
      new Promise<boolean>((resolve) => (wake = () => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(resolve, waitMs, false))
    ]);
    await workOwn();
    if (isHeard) continue;
    for (const remote of underWay.values()) late.add(remote);
    break;
  }
  // Not only what is under way: a thread may also fail while this loop scores.
  for (let piece = 0; piece < pieces; piece++) {
    if (!isKept[piece]) keep(piece, await own.score(series, windowsOf(piece), error));
  }
  return { found, late };
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
