/**
 * Frames of Modbus RTU: the request to read registers, and its answer wherever it stands among what came. Reading is all there is:
 * no function that writes has a name here, so that no tablet can set a drive. The browser cannot time the silence that delimits frames
 * (3.5 characters), so an answer is known by address, function, length and CRC.
 */
import { crc16 } from './crc';

/** 3 reads holding registers, 4 input registers. */
export type ReadFunction = 3 | 4;

/** `start` is the address on the wire (register 40001 is 0), `count` 1 to 125. */
export interface ReadRequest {
  address: number;
  functionCode: ReadFunction;
  start: number;
  count: number;
}

/** What a device said: the registers' bytes, two each, high byte first; or that it will not. */
export type DeviceAnswer = { kind: 'registers'; data: Uint8Array } | { kind: 'exception'; code: number };

/** The most registers a request can ask for (Modbus Application Protocol 1.1b3, §6.3). */
export const mostRegisters = 125;

/** Bytes around the registers of an answer: address, function, byte count, CRC. */
export const answerOverhead = 5;

/** Length of a request, bytes. */
export const requestLength = 8;

const exceptionFlag = 0x80;
const exceptionLength = 5;

/** The frame of a request, CRC included. */
export function writeRequest({ address, functionCode, start, count }: ReadRequest): Uint8Array {
  const frame = new Uint8Array(requestLength);
  const view = new DataView(frame.buffer);
  frame[0] = address;
  frame[1] = functionCode;
  view.setUint16(2, start);
  view.setUint16(4, count);
  view.setUint16(6, crc16(frame.subarray(0, 6)), true);
  return frame;
}

/** The first whole answer to `request` in `bytes`, whatever noise is around it; null while there is none. */
export function findAnswer(bytes: Uint8Array, request: ReadRequest): DeviceAnswer | null {
  for (let at = 0; at + exceptionLength <= bytes.length; at++) {
    if (bytes[at] !== request.address) continue;
    const answer = readAnswer(bytes.subarray(at), request);
    if (answer) return answer;
  }
  return null;
}

function readAnswer(bytes: Uint8Array, { functionCode, count }: ReadRequest): DeviceAnswer | null {
  if (bytes[1] === (functionCode | exceptionFlag)) {
    const isWhole = crc16(bytes.subarray(0, exceptionLength)) === 0;
    return isWhole ? { kind: 'exception', code: bytes[2]! } : null;
  }
  const length = answerOverhead + 2 * count;
  if (bytes[1] !== functionCode || bytes[2] !== 2 * count || bytes.length < length) return null;
  if (crc16(bytes.subarray(0, length)) !== 0) return null;
  return { kind: 'registers', data: bytes.slice(3, length - 2) };
}

/** Where in `bytes` the echo of `request` ends, as RS-485 adapters that hear themselves send it back; 0 without an echo. */
export function endOfEcho(bytes: Uint8Array, request: Uint8Array): number {
  for (let at = 0; at + request.length <= bytes.length; at++) {
    if (request.every((byte, i) => bytes[at + i] === byte)) return at + request.length;
  }
  return 0;
}

/** What an exception code means (Modbus Application Protocol 1.1b3, §7). */
export function nameException(code: number): string {
  return exceptionNames[code] ?? 'unknown';
}

const exceptionNames: Record<number, string> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledge',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target did not respond'
};
