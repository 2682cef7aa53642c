/**
 * UTF-8 of a live source as text, also where a character is cut between two pieces. Bytes that are no UTF-8 are told and lost:
 * replaced by a sign they could end up in a channel's name.
 */
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import { longestMessage } from './wire-reader';

export interface TextDecoderOfPieces {
  /** The text of an ArrayBuffer or a view of one; empty where it is none, or no UTF-8. */
  decode(data: unknown): string;
  /** Forgets half a character that will not go on. */
  restart(): void;
}

/** Creates a decoder that tells every piece that it cannot read. */
export function createTextDecoder(tell: (fault: Fault) => void): TextDecoderOfPieces {
  let decoder = new TextDecoder('utf-8', { fatal: true });

  function refuse(found: string, expected: string): string {
    decoder = new TextDecoder('utf-8', { fatal: true });
    tell(fail('unexpected', 'message', found, expected).fault);
    return '';
  }

  return {
    decode(data) {
      if (!(data instanceof ArrayBuffer || ArrayBuffer.isView(data))) return refuse(typeof data, 'text or bytes');
      if (data.byteLength > longestMessage) return refuse(`${data.byteLength} bytes`, `at most ${longestMessage}`);
      try {
        return decoder.decode(data as Uint8Array<ArrayBuffer>, { stream: true });
      } catch {
        return refuse(`${data.byteLength} bytes that are no UTF-8`, 'UTF-8');
      }
    },
    restart() {
      decoder = new TextDecoder('utf-8', { fatal: true });
    }
  };
}
