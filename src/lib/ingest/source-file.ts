/**
 * A file as the readers see it: its bytes in order, or a range of them. Exists so that a file a person dropped, a file on a disk
 * and a file inside an archive are read by the same code. Knows no format.
 */

/** A file to read. A reader may go through it several times. */
export interface SourceFile {
  /** Name with its ending; of a file inside an archive with the archive's before it, as `archive.zip/inner.csv`. */
  name: string;
  /** Bytes of its content, unpacked; 0 where that is not known beforehand. */
  bytes: number;
  /** True where `range` costs no more than what it reads. */
  canSeek?: boolean;
  /** The content from its beginning, in pieces of any size. */
  pieces(): AsyncIterable<Uint8Array>;
  /** The bytes from `from` up to `to`, or up to the end. */
  range(from: number, to: number): Promise<Uint8Array>;
}

/** What is needed of a browser's `File`, or of a blob that Node opens. */
export interface NamedBlob {
  readonly name: string;
  readonly size: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

const pieceBytes = 1 << 20;

/** A blob as a source file. */
export function fileOf(blob: NamedBlob): SourceFile {
  const range = async (from: number, to: number) => new Uint8Array(await blob.slice(from, to).arrayBuffer());
  return {
    name: blob.name,
    bytes: blob.size,
    canSeek: true,
    range,
    async *pieces() {
      const read = (at: number) => {
        const piece = range(at, Math.min(at + pieceBytes, blob.size));
        piece.catch(() => undefined); // told by whoever waits for it; nobody may
        return piece;
      };
      // The next piece is on its way while this one is being read.
      let next = read(0);
      for (let at = 0; at < blob.size; at += pieceBytes) {
        const piece = await next;
        if (at + pieceBytes < blob.size) next = read(at + pieceBytes);
        yield piece;
      }
    }
  };
}
