/** A thread that speaks PostgreSQL's wire protocol, as the socket that the driver expects. It knows nothing of what the bytes say. */
import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';

/** A socket to the thread. `connect` emits `connect` at once; an end of the thread is an error. */
export function createWorkerSocket(worker: Worker, isRunning: () => boolean): Duplex {
  const receive = (bytes: Uint8Array): void => void socket.push(bytes);
  const fail = (): void => void socket.destroy(new Error('The thread of the database has ended.'));
  const socket = new Duplex({
    read: () => {},
    write(chunk: Buffer, _, done) {
      send([chunk]);
      done();
    },
    // The parts of one query in one message.
    writev(chunks, done) {
      send(chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
    final(done) {
      socket.push(null);
      done();
    },
    destroy(error, done) {
      worker.off('message', receive).off('exit', fail);
      done(error);
    }
  });
  worker.on('message', receive).once('exit', fail);

  function send(chunks: Buffer[]): void {
    const bytes = Uint8Array.from(Buffer.concat(chunks));
    worker.postMessage(bytes, [bytes.buffer]);
  }

  const none = (): Duplex => socket;
  return Object.assign(socket, {
    connect() {
      process.nextTick(() => (isRunning() ? socket.emit('connect') : fail()));
      return socket;
    },
    setNoDelay: none,
    setKeepAlive: none,
    ref: none,
    unref: none
  });
}
