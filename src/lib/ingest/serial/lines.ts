/**
 * Bytes of a serial line, cut anywhere, become lines of text. What was cut off by opening the port in the middle of a line is left
 * out, because half a number is a number too. Knows nothing of what the lines say, but whether one can stand alone.
 */
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import { isMissing } from '../csv/number';

export interface LineCutter {
  /** Takes the next bytes. */
  push(bytes: Uint8Array): void;
  /** What comes next may begin in the middle of a line: the port was opened. */
  restart(): void;
  /** Bytes are missing here: the line they were of is left out. */
  skip(): void;
}

export interface LineParts {
  /** A line without its end; `isFirst` for one that nothing was seen before, which is told only where it is whole. */
  line(text: string, isFirst: boolean): void;
  /** A line that is too long or no text. */
  unreadable(fault: Fault): void;
}

/** Longest line, in bytes. At 9600 Bd it takes a minute. */
export const longestLine = 1 << 16;

/** A thousand columns. */
const longestHeader = 1 << 14;
const [lineFeed, carriageReturn] = [0x0a, 0x0d];
const latinSigns = new Set([0xb0, 0xb2, 0xb3, 0xb5]);

/** Creates a cutter before the first byte. A line ends with LF, CR or both; empty ones are left out. */
export function createLineCutter({ line, unreadable }: LineParts): LineCutter {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const buffer = new Uint8Array(longestLine);
  let length = 0;
  let isFirst = true;
  let isSkipping = false;

  function endLine(): void {
    if (length > 0 && !isSkipping) tell(buffer.subarray(0, length));
    length = 0;
    isFirst = false;
    isSkipping = false;
  }

  function tell(bytes: Uint8Array): void {
    const text = decode(isFirst ? bytes.subarray(leadingNoise(bytes)) : bytes);
    // What went before the first line end was never known to be a line.
    if (isFirst && (text === null || !standsAlone(text))) return;
    if (text !== null) line(text, isFirst);
    else unreadable(fail('unexpected', 'line', `${bytes.length} bytes that are no UTF-8`, 'UTF-8').fault);
  }

  function decode(bytes: Uint8Array): string | null {
    try {
      return decoder.decode(bytes);
    } catch {
      return decodeHeader(bytes);
    }
  }

  return {
    push(bytes) {
      for (const byte of bytes) {
        if (byte === lineFeed || byte === carriageReturn) endLine();
        else if (isSkipping) continue;
        else if (length < longestLine) buffer[length++] = byte;
        else {
          isSkipping = true;
          unreadable(fail('unexpected', 'line', `over ${longestLine} bytes`, `at most ${longestLine} bytes`).fault);
        }
      }
    },
    restart() {
      length = 0;
      isFirst = true;
      isSkipping = false;
    },
    skip() {
      isSkipping = true;
    }
  };
}

/** True for a line that cannot be the end of a longer one of which the beginning is missing: whole JSON, or a header of names. */
function standsAlone(text: string): boolean {
  const line = text.trim();
  if (!/^[{[]/.test(line)) return isHeader(line);
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** True for cells that are all names. A header could be cut as well, but only a device that starts sends one, and it starts with it. */
export function isHeader(line: string): boolean {
  return line.split(/[;\t|,]/).every((cell) => /^\s*"?[\p{L}_][^{}=]*$/u.test(cell) && !isMissing(cell));
}

/** A header in which signs of units are written as in Latin-1, as older loggers do: ° ² ³ µ; null for anything else. */
function decodeHeader(bytes: Uint8Array): string | null {
  if (bytes.length > longestHeader || !bytes.every((byte) => byte < 0x80 || latinSigns.has(byte))) return null;
  const text = String.fromCharCode(...bytes);
  return isHeader(text) ? text : null;
}

/** How many bytes a line begins with that are no text: a UART that is switched on often sends one. */
function leadingNoise(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0x00 && byte !== 0xff);
  return first < 0 ? bytes.length : first;
}
