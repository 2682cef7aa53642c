/**
 * gzip as a stream, by the platform's own decompressor, which checks length and CRC-32 at the end. Exists to put it between two
 * streams of pieces without ever holding more than one of them.
 */
import { FileFault } from '../file-fault';

/** One packed slice becomes at most a thousand times as much, so that 16 KiB never fill the memory. */
const sliceBytes = 16 * 1024;

/** Unpacks the pieces of one gzip file; throws an `FileFault` (`damaged-file`) at whatever does not fit, a missing end included. */
export async function* gunzip(packed: AsyncIterable<Uint8Array>, where: string): AsyncIterable<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const reader = readable.getReader();
  const fed = feed(packed, writable.getWriter());
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } catch (error) {
    const source = await fed;
    if (source) throw source.error;
    throw new FileFault('damaged-file', where, String(error), 'content whose length and checksum agree');
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Writes all pieces, as fast as they are taken. Resolves to the source's own error, or null; the stream tells its errors to the reader. */
async function feed(packed: AsyncIterable<Uint8Array>, writer: Writer): Promise<{ error: unknown } | null> {
  try {
    for await (const piece of packed) {
      for (let at = 0; at < piece.length; at += sliceBytes) {
        const isTaken = await writer.write(piece.slice(at, at + sliceBytes)).then(
          () => true,
          () => false
        );
        if (!isTaken) return null;
      }
    }
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    return { error };
  }
  await writer.close().catch(() => undefined);
  return null;
}

type Writer = ReturnType<DecompressionStream['writable']['getWriter']>;
