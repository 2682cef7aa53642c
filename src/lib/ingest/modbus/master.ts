/**
 * The one who asks on a Modbus line: one request at a time, tried again when nothing comes back, and never answered by what belongs
 * to another. An answer carries no number, so one that comes late looks like the answer to the next request of its kind; such a
 * request waits until no late answer is to be feared. Knows no registers' meaning.
 */
import type { Clock } from '../../domain/clock';
import { answerOverhead, endOfEcho, findAnswer, requestLength, writeRequest } from './frame';
import type { DeviceAnswer, ReadRequest } from './frame';

/** How a request ended: answered; `silent` after all tries; `garbled` where bytes came that are no answer; or the master was stopped. */
export type Answer = DeviceAnswer | { kind: 'silent' } | { kind: 'garbled'; bytes: number } | { kind: 'stopped' };

export interface MasterParts {
  clock: Clock;
  write: (bytes: Uint8Array) => void;
  /** How long one character takes on the line, ms. */
  characterMs: number;
  /** How long a device may think, ms; the time on the line is added. */
  timeoutMs: number;
  /** Tries after the first. */
  retries: number;
}

export interface ModbusMaster {
  /** Asks when all that was asked before is done. */
  ask(request: ReadRequest): Promise<Answer>;
  /** Takes bytes that came, cut anywhere. */
  receive(bytes: Uint8Array): void;
  /** Ends for good; whatever is asked is `stopped`. */
  stop(): void;
}

/** A late answer is not waited for longer than so many timeouts. */
const lateTimeouts = 5;
/** More than the longest frame with its echo; what is older is noise. */
const mostBytes = 1024;

/** Creates a master on a line that is open. */
export function createModbusMaster({ clock, write, characterMs, timeoutMs, retries }: MasterParts): ModbusMaster {
  const silenceMs = Math.max(1.75, 3.5 * characterMs);
  let received = new Uint8Array(0);
  let heardMs = -Infinity;
  let isStopped = false;
  let before: Promise<unknown> = Promise.resolve();
  /** Until when a late answer to requests of this kind may come. */
  const lateUntilMs = new Map<string, number>();
  let look: () => void = () => {};
  let cutShort: () => void = () => {};

  /** Waits; at most once at a time. `isDone` is asked whenever bytes come. */
  function wait(milliseconds: number, isDone: () => boolean = () => false): Promise<void> {
    return new Promise((resolve) => {
      function end(): void {
        cancel();
        look = cutShort = () => {};
        resolve();
      }
      const cancel = clock.after(milliseconds, end);
      cutShort = end;
      look = () => {
        if (isDone()) end();
      };
    });
  }

  /** Waits for the line to be silent. One that never is, is asked all the same: the answer is found among noise. */
  async function waitForSilence(): Promise<void> {
    for (let tries = 0; tries < 10 && !isStopped; tries++) {
      const leftMs = Math.min(silenceMs, heardMs + silenceMs - clock.now());
      if (leftMs <= 0) return;
      await wait(leftMs);
    }
  }

  async function run(request: ReadRequest): Promise<Answer> {
    const kind = `${request.address} ${request.functionCode} ${request.count}`;
    const frame = writeRequest(request);
    const onLineMs = (requestLength + answerOverhead + 2 * request.count) * characterMs;
    const lateMs = lateTimeouts * timeoutMs + onLineMs;
    // The wall clock may jump, so it never makes the wait longer than it was meant to be.
    const fearMs = Math.min(lateMs, (lateUntilMs.get(kind) ?? -Infinity) - clock.now());
    if (fearMs > 0 && !isStopped) await wait(fearMs);
    lateUntilMs.delete(kind);

    let noise = 0;
    for (let attempt = 0; attempt <= retries; attempt++) {
      await waitForSilence();
      if (isStopped) return { kind: 'stopped' };
      received = new Uint8Array(0);
      const sentMs = clock.now();
      let answer: DeviceAnswer | null = null;
      const heard = wait(timeoutMs + onLineMs, () => {
        answer = findAnswer(received.subarray(endOfEcho(received, frame)), request);
        return answer !== null;
      });
      write(frame);
      await heard;
      if (isStopped) return { kind: 'stopped' };
      // Each try that was not answered in time may be answered yet, also after another one was.
      if (!answer || attempt > 0) lateUntilMs.set(kind, sentMs + lateMs);
      if (answer) return answer;
      noise = Math.max(noise, received.length - endOfEcho(received, frame));
    }
    return noise > 0 ? { kind: 'garbled', bytes: noise } : { kind: 'silent' };
  }

  return {
    ask(request) {
      const answer = before.then(() => run(request));
      before = answer;
      return answer;
    },
    receive(bytes) {
      heardMs = clock.now();
      const joined = new Uint8Array(received.length + bytes.length);
      joined.set(received);
      joined.set(bytes, received.length);
      received = joined.subarray(Math.max(0, joined.length - mostBytes));
      look();
    },
    stop() {
      isStopped = true;
      cutShort();
    }
  };
}
