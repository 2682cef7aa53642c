/** Messages on their way to one slow reader: a bounded queue that drops the oldest and counts. */

/** Where messages go, as a `WebSocket` has it. */
export interface Drain {
  /** Bytes handed over and not yet on the wire. */
  readonly bufferedAmount: number;
  send(message: string, done: () => void): void;
}

/** The queue before a drain. */
export interface Outbox {
  push(messages: readonly string[]): void;
  /** Messages dropped since the start. */
  dropped(): number;
}

/** How much one reader may make us keep: bytes on their way to the wire, and characters queued before them. */
export interface OutboxLimits {
  mostBytes: number;
  mostQueued: number;
}

const usual: OutboxLimits = { mostBytes: 1 << 20, mostQueued: 1 << 22 };

/** Creates the queue: it hands messages over while less than `mostBytes` are buffered, and keeps the youngest of the others. */
export function createOutbox(drain: Drain, { mostBytes, mostQueued } = usual): Outbox {
  let queue: string[] = [];
  let queued = 0;
  let dropped = 0;

  function push(messages: readonly string[]): void {
    for (const message of messages) {
      queue.push(message);
      queued += message.length;
    }
    flush();
    let surplus = 0;
    while (queued > mostQueued) queued -= queue[surplus++]!.length;
    if (surplus > 0) queue = queue.slice(surplus);
    dropped += surplus;
  }

  function flush(): void {
    let sent = 0;
    while (sent < queue.length && drain.bufferedAmount < mostBytes) {
      queued -= queue[sent]!.length;
      drain.send(queue[sent++]!, flushLater);
    }
    if (sent > 0) queue = queue.slice(sent);
  }

  /** A message is through, so there may be room again. Not while `flush` itself is sending. */
  function flushLater(): void {
    if (queue.length > 0) queueMicrotask(flush);
  }

  return { push, dropped: () => dropped };
}
