/**
 * A serial port as a connection: opened, read until it is gone, opened again when it is back. The base of every source on a serial
 * line. Errors of the line (framing, parity, overrun, break) cost what they garbled and no more: they are told, and reading goes on.
 * Knows bytes only.
 */
import type { Clock } from '../../domain/clock';
import { fail } from '../../domain/result';
import type { LossKind, ReadingSource, SerialLine, SourceListener, SourcePhase } from '../../domain/source';
import { createConnection } from '../connection';
import type { Try } from '../connection';
import type { ByteReader, ByteWriter, SerialLike, SerialPorts } from './port';

/** What a source on a serial line is told. All calls come between `opened` and `ended`. */
export interface LinkHandler {
  /** The port is open; `write` sends bytes, in order. */
  opened(write: (bytes: Uint8Array) => void): void;
  receive(bytes: Uint8Array): void;
  /** Bytes were lost between those before and those to come. */
  damaged(): void;
  ended(): void;
}

export interface LinkParts {
  line: SerialLine;
  clock: Clock;
  random: () => number;
  ports: SerialPorts;
  listener: Pick<SourceListener, 'state' | 'loss'>;
  handler: LinkHandler;
}

/** What the errors mean after which a port can be read on (Web Serial, §4.4 "readable"). */
const lossOf: Partial<Record<string, LossKind>> = {
  BufferOverrunError: 'dropped',
  BreakError: 'unreadable',
  FramingError: 'unreadable',
  ParityError: 'unreadable'
};

/** A port whose device is gone may never say that it is closed. */
const longestCloseMs = 3000;

/** Creates the connection at rest, as the source that `handler` makes something of. */
export function createSerialLink({ line, clock, random, ports, listener, handler }: LinkParts): ReadingSource {
  let phase: SourcePhase = 'connecting';
  let closed: Promise<void> = Promise.resolve();
  let stopWatching: (() => void) | null = null;

  function connect(attempt: Try): () => void {
    let reader: ByteReader | null = null;
    const before = closed;

    async function run(): Promise<void> {
      // The port of the try before must be closed, or it cannot be opened.
      await before;
      if (attempt.isOver) return;
      const found = await ports.open(line);
      if (found.kind === 'absent') attempt.lost(found.fault);
      else if (found.kind === 'refused') attempt.refused(found.fault);
      else {
        try {
          if (!attempt.isOver) await serve(found.port);
        } finally {
          await found.port.close().catch(() => undefined);
        }
      }
    }

    async function serve(port: SerialLike): Promise<void> {
      let writer: ByteWriter | null = null;
      attempt.opened();
      if (attempt.isOver) return;
      handler.opened((bytes) => {
        if (attempt.isOver || !port.writable) return;
        writer ??= port.writable.getWriter();
        writer.write(bytes).catch(lose);
      });
      try {
        let stream: SerialLike['readable'] = null;
        while (!attempt.isOver && port.readable && port.readable !== stream) {
          stream = port.readable;
          await readAll((reader = stream.getReader()));
        }
        lose('the port is gone');
      } finally {
        handler.ended();
        (writer as ByteWriter | null)?.releaseLock();
      }
    }

    /** Reads until the stream ends or breaks. */
    async function readAll(from: ByteReader): Promise<void> {
      try {
        for (;;) {
          const { done, value } = await from.read();
          if (done || attempt.isOver) return;
          if (value && value.length > 0) handler.receive(value);
        }
      } catch (error) {
        if (attempt.isOver) return;
        const name = error instanceof Error ? error.name : '';
        const kind = lossOf[name];
        if (!kind) return lose(error);
        const example = fail('unexpected', 'serial line', name, 'bytes as the line settings say').fault;
        listener.loss({ kind, count: 1, example });
        handler.damaged();
      } finally {
        from.releaseLock();
      }
    }

    function lose(why: unknown): void {
      attempt.lost(fail('unexpected', 'serial port', String(why), 'a port that stays').fault);
    }

    const finished = run().catch(lose);
    return () => {
      reader?.cancel().catch(() => undefined);
      closed = atMost(finished);
    };
  }

  function atMost(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(longestCloseMs, resolve);
      void work.then(() => {
        cancel();
        resolve();
      });
    });
  }

  const connection = createConnection({
    clock,
    random,
    connect,
    tell(state) {
      phase = state.phase;
      listener.state(state);
    }
  });
  return {
    open() {
      connection.open();
      stopWatching ??= ports.watch(() => {
        if (phase === 'waiting') connection.retryNow();
      });
    },
    retryNow: connection.retryNow,
    close() {
      stopWatching?.();
      connection.close();
      return closed;
    }
  };
}
