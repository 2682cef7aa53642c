/**
 * The page's side of one worker thread: started when first asked, restarted when it dies, stopped at once when told.
 * A call never hangs: if its thread dies or is stopped, it answers with a fault.
 *
 * Death is seen through a Web Lock that the thread holds for life: the browser releases it however the thread ends, even
 * where no error event is sent (out of memory, `close()`). A thread that keeps dying is not started for ever: its script may
 * be gone since an update, or its GPU may be lost at every start.
 */
import { wrap, type Remote } from 'comlink';
import { fail, type Result } from '../domain/result';

/** Every thread's interface begins with this: take the named lock and keep it. Resolves once it is held. */
export interface LiveApi {
  live(lockName: string): Promise<void>;
}

export interface WorkerClient<Api extends LiveApi> {
  /** Runs a call on the thread. Answers `worker-died` or `cancelled` when the thread ends before the call does. */
  call<T>(run: (api: Remote<Api>) => Promise<Result<T>>): Promise<Result<T>>;
  /** Ends the thread now; running calls answer `cancelled`. The next call starts a new one, however many died before. */
  stop(): void;
}

type Ending = ReturnType<typeof fail>;

/** So many deaths within so long, and no new thread is started until `stop` is called. */
const mostDeaths = 3;
const deathsWithinMs = 60_000;

interface Thread<Api> {
  api: Remote<Api>;
  ended: Promise<Ending>;
  end: (ending: Ending) => void;
}

/**
 * Creates a client. `spawn` makes the worker; `onStart` runs on each new thread before any call; `onDeath` is told why a
 * thread died unasked.
 */
export function createWorkerClient<Api extends LiveApi>(
  spawn: () => Worker,
  onStart: (api: Remote<Api>) => Promise<void>,
  onDeath: (reason: string) => void
): WorkerClient<Api> {
  let thread: Thread<Api> | null = null;
  let ready: Promise<void> = Promise.resolve();
  let deathsMs: number[] = [];

  function start(): Thread<Api> {
    const worker = spawn();
    const lockName = `thread-${crypto.randomUUID()}`;
    const stopWatching = new AbortController();
    let tellEnded: (ending: Ending) => void = () => {};
    const ended = new Promise<Ending>((resolve) => (tellEnded = resolve));
    const started: Thread<Api> = {
      api: wrap<Api>(worker),
      ended,
      end(ending) {
        if (thread === started) thread = null;
        stopWatching.abort();
        worker.terminate();
        tellEnded(ending);
      }
    };
    const die = (reason: string) => {
      if (thread !== started) return;
      deathsMs = [...deathsMs.filter((ms) => ms > performance.now() - deathsWithinMs), performance.now()];
      started.end(fail('worker-died', 'worker', reason, 'a thread that lives'));
      onDeath(reason);
    };
    worker.addEventListener('error', (event) => die(event.message || 'script error'));
    worker.addEventListener('messageerror', () => die('a message that could not be read'));
    ready = (async () => {
      await (started.api as Remote<LiveApi>).live(lockName);
      navigator.locks
        .request(lockName, { signal: stopWatching.signal }, () => die('the thread ended'))
        .catch(() => undefined); // aborted: the thread was stopped on purpose
      await onStart(started.api);
    })();
    ready.catch((error: unknown) => die(String(error)));
    return started;
  }

  return {
    async call(run) {
      if (!thread && deathsMs.length >= mostDeaths) {
        return fail('worker-died', 'worker', `${deathsMs.length} deaths within a minute`, 'a thread that lives');
      }
      const current = (thread ??= start());
      const answer = ready
        .then(() => run(current.api))
        .catch((error: unknown) => fail('unexpected', 'worker', String(error), 'an answer'));
      return Promise.race([answer, current.ended]);
    },
    stop() {
      deathsMs = [];
      thread?.end(fail('cancelled', 'worker', 'stopped', 'a thread left running'));
    }
  };
}
