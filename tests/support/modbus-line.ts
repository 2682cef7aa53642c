/**
 * Modbus devices on a scripted serial port: they answer requests to read registers, and misbehave as told. Each can be slow, silent,
 * refuse, answer in pieces or with a wrong byte; the line can echo what is sent, as RS-485 adapters do.
 */
import type { Clock } from '$lib/domain/clock';
import { crc16 } from '$lib/ingest/modbus/crc';

export interface ModbusDevice {
  /** Registers by wire address; one that is not here makes the whole request an exception 2. */
  registers: Map<number, number>;
  /** Thinks for so long, ms; answers from inside the write without it. */
  delayMs?: number;
  isSilent?: boolean;
  /** Answers with this exception whatever is asked. */
  exception?: number;
  /** More registers at once are an exception 3. */
  most?: number;
  /** What is made of an answer on its way. */
  garble?: (frame: Uint8Array) => Uint8Array;
}

export interface ModbusLine {
  devices: Map<number, ModbusDevice>;
  hasEcho: boolean;
  /** Every request that came, as hex. */
  readonly requests: string[];
  /** Takes what the master writes. */
  hear(bytes: Uint8Array): void;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A frame with its CRC behind it. */
export function seal(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}

/** What `device` answers to a request. */
function answer({ registers, exception, most = 125 }: ModbusDevice, request: Uint8Array): Uint8Array {
  const [address, functionCode] = request as unknown as [number, number];
  const view = new DataView(request.buffer, request.byteOffset);
  const [start, count] = [view.getUint16(2), view.getUint16(4)];
  const values = Array.from({ length: count }, (_, i) => registers.get(start + i));
  const code = exception ?? (count > most ? 3 : values.includes(undefined) ? 2 : null);
  if (code !== null) return seal([address, functionCode | 0x80, code]);
  return seal([address, functionCode, 2 * count, ...values.flatMap((value) => [value! >> 8, value! & 0xff])]);
}

/** Creates a line; `send` is how it speaks. */
export function createModbusLine(send: (bytes: Uint8Array) => void, clock: Clock): ModbusLine {
  const requests: string[] = [];
  const line: ModbusLine = {
    devices: new Map(),
    hasEcho: false,
    requests,
    hear(bytes) {
      requests.push(hex(bytes));
      if (line.hasEcho) send(bytes);
      const device = line.devices.get(bytes[0]!);
      if (!device || device.isSilent || crc16(bytes) !== 0) return;
      const frame = answer(device, bytes);
      const sent = device.garble?.(frame) ?? frame;
      if (device.delayMs) clock.after(device.delayMs, () => send(sent));
      else send(sent);
    }
  };
  return line;
}
