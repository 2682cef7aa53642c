import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteOrders, type Register } from '$lib/domain/source';
import { crc16 } from '$lib/ingest/modbus/crc';
import { endOfEcho, findAnswer, nameException, writeRequest } from '$lib/ingest/modbus/frame';
import type { ReadRequest } from '$lib/ingest/modbus/frame';
import { groupRegisters, splitGroup } from '$lib/ingest/modbus/groups';
import { readValueOf } from '$lib/ingest/modbus/value';
import { hex, seal } from '../../support/modbus-line';

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'));
const register = (change: Partial<Register>): Register => ({
  fc: 3,
  address: 0,
  type: 'uint16',
  order: 'ABCD',
  scale: 1,
  offset: 0,
  unit: '',
  column: `c${change.address ?? 0}`,
  pollMs: 1000,
  ...change
});

// Reply of a Banner QM42VT1 to a request for six registers from 0x0010.
const bannerReply = bytesOf('01 03 0C 00 2E 00 6C 06 25 02 06 00 47 00 B6 BD F3');
const bannerRequest: ReadRequest = { address: 1, functionCode: 3, start: 0x10, count: 6 };

describe('CRC', () => {
  it('of the nine digits is 4B37', () => expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x4b37));

  it.each([
    ['01 03 00 10 00 06', 'c40d'],
    ['01 03 14 50 00 06', 'c029'],
    ['01 03 0C 00 2E 00 6C 06 25 02 06 00 47 00 B6', 'bdf3'],
    ['01 03 00 00 00 02', 'c40b'],
    ['01 83 02', 'c0f1']
  ])('of %s is %s on the wire', (frame, crc) => {
    expect(hex(seal([...bytesOf(frame)]).slice(-2))).toBe(crc);
  });
});

describe('frames', () => {
  it('ask for registers', () => {
    expect(hex(writeRequest(bannerRequest))).toBe('010300100006c40d');
    expect(hex(writeRequest({ ...bannerRequest, start: 5200 }))).toBe('010314500006c029');
    expect(hex(writeRequest({ address: 1, functionCode: 3, start: 0, count: 2 }))).toBe('010300000002c40b');
  });

  it('give the registers of an answer, or the exception', () => {
    expect(findAnswer(bannerReply, bannerRequest)).toEqual({ kind: 'registers', data: bannerReply.slice(3, 15) });
    expect(findAnswer(bytesOf('01 83 02 C0 F1'), bannerRequest)).toEqual({ kind: 'exception', code: 2 });
    expect(nameException(2)).toBe('illegal data address');
  });

  it('are found among noise, and behind the echo of the request', () => {
    const echo = writeRequest(bannerRequest);
    const bytes = Uint8Array.from([1, 3, 0xff, ...echo, 0, ...bannerReply, 1, 3]);
    expect(endOfEcho(bytes, echo)).toBe(11);
    expect(findAnswer(bytes, bannerRequest)).toEqual({ kind: 'registers', data: bannerReply.slice(3, 15) });
    expect(endOfEcho(bannerReply, echo)).toBe(0);
  });

  it.each([
    ['another device', { address: 2 }],
    ['another function', { functionCode: 4 as const }],
    ['another count', { count: 5 }]
  ])('of %s are no answer', (_name, change) => {
    expect(findAnswer(bannerReply, { ...bannerRequest, ...change })).toBeNull();
  });

  it('with any one bit wrong are no answer, and neither is any beginning of one', () => {
    for (let bit = 0; bit < bannerReply.length * 8; bit++) {
      const wrong = bannerReply.slice();
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      expect(findAnswer(wrong, bannerRequest)).toBeNull();
    }
    for (let end = 0; end < bannerReply.length; end++) {
      expect(findAnswer(bannerReply.subarray(0, end), bannerRequest)).toBeNull();
    }
  });
});

describe('values', () => {
  it('of the Banner reply are those of its manual', () => {
    const scales = [1e-4, 1e-3, 1 / 20, 1 / 20, 1e-4, 1e-3];
    const values = scales.map((scale, i) =>
      readValueOf(register({ address: 16 + i, scale }), 16, bannerReply.slice(3, 15))
    );
    [0.0046, 0.108, 78.65, 25.9, 0.0071, 0.182].forEach((expected, i) => expect(values[i]).toBeCloseTo(expected, 10));
  });

  it('are signed where the type says so, and scaled before they are shifted', () => {
    const data = bytesOf('FFF6 8000');
    const read = (change: Partial<Register>) => readValueOf(register(change), 0, data);
    expect(read({ type: 'int16' })).toBe(-10);
    expect(read({ type: 'uint16' })).toBe(65_526);
    expect(read({ type: 'int16', scale: 0.1, offset: 40 })).toBeCloseTo(39, 12);
    expect(read({ type: 'int32' })).toBe(-622_592);
    expect(read({ type: 'uint32' })).toBe(0xfff68000);
    expect(read({ type: 'uint16', order: 'BADC' })).toBe(0xf6ff);
  });

  it('come back in every byte order and at every address', () => {
    const wire = { ABCD: [0, 1, 2, 3], CDAB: [2, 3, 0, 1], BADC: [1, 0, 3, 2], DCBA: [3, 2, 1, 0] };
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.constantFrom(...byteOrders), fc.nat(120), (value, order, skip) => {
        const big = new Uint8Array(4);
        new DataView(big.buffer).setFloat32(0, value);
        const data = new Uint8Array(2 * skip + 4);
        wire[order].forEach((letter, place) => (data[2 * skip + place] = big[letter]!));
        const read = readValueOf(register({ address: 100 + skip, type: 'float32', order }), 100, data);
        expect(Object.is(read, value) || read === value).toBe(true);
      })
    );
  });
});

describe('groups', () => {
  const shape = (registers: Register[], gap?: number) =>
    groupRegisters(registers, gap).map(({ functionCode, start, count }) => [functionCode, start, count]);

  it('join neighbours over small holes, and never two functions', () => {
    const registers = [17, 19, 21, 40].map((address) => register({ address }));
    expect(shape([...registers].reverse())).toEqual([
      [3, 17, 5],
      [3, 40, 1]
    ]);
    expect(shape([register({ address: 1 }), register({ address: 2, fc: 4 })])).toHaveLength(2);
    expect(shape(registers, 0)).toHaveLength(4);
  });

  it('hold every register whole, once, in requests of at most 125', () => {
    const any = fc.record({ address: fc.nat(400), type: fc.constantFrom('uint16' as const, 'float32' as const) });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 200 }), fc.nat(8), (all, gap) => {
        const registers = all.map((change) => register(change));
        const groups = groupRegisters(registers, gap);
        expect(new Set(groups.flatMap((group) => group.registers))).toEqual(new Set(registers));
        expect(groups.flatMap((group) => group.registers)).toHaveLength(registers.length);
        for (const { start, count, registers: own } of groups) {
          expect(count).toBeLessThanOrEqual(125);
          for (const { address, type } of own) {
            expect(address).toBeGreaterThanOrEqual(start);
            expect(address + (type === 'uint16' ? 1 : 2)).toBeLessThanOrEqual(start + count);
          }
        }
      })
    );
  });

  it('come apart at their holes, then in halves, until one register is left', () => {
    const [group] = groupRegisters([1, 2, 4].map((address) => register({ address })));
    const parts = splitGroup(group!);
    expect(parts.map(({ start, count }) => [start, count])).toEqual([
      [1, 2],
      [4, 1]
    ]);
    expect(splitGroup(parts[0]!)).toHaveLength(2);
    expect(splitGroup(parts[1]!)).toEqual([parts[1]]);
  });
});
