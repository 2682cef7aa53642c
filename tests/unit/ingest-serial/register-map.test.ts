import { describe, expect, it } from 'vitest';
import { findPumpChannel } from '$lib/domain/pump-channel';
import { groupRegisters } from '$lib/ingest/modbus/groups';
import { parseRegisterMap } from '$lib/ingest/modbus/register-map';
import { shippedMaps } from '$lib/ingest/modbus/shipped';
import { readValueOf } from '$lib/ingest/modbus/value';
import { registerMapExample } from '$lib/ui/register-map-example';

const whole = { fc: 3, address: 0, type: 'uint16', column: 'Motor_RPM', unit: 'rpm' };
const fileOf = (registers: unknown, change: object = {}) =>
  JSON.stringify({ id: 'mine', name: 'Mine', source: 'manual', registers, ...change });
const faultOf = (text: string) => {
  const map = parseRegisterMap(text);
  return map.ok ? null : map.fault;
};

describe('register maps', () => {
  it('are read from a file, with what it leaves out filled in', () => {
    expect(parseRegisterMap(`\uFEFF${fileOf([whole])}`)).toEqual({
      ok: true,
      value: {
        id: 'mine',
        name: 'Mine',
        source: 'manual',
        registers: [{ ...whole, order: 'ABCD', scale: 1, offset: 0, pollMs: 1000 }]
      }
    });
  });

  it.each([
    ['text that is no JSON', 'registers:', 'register map', /SyntaxError/, 'JSON'],
    ['another document', '7', 'register map', /7/, /Object/],
    ['no registers', fileOf([]), 'registers', /0/, 'at least one register'],
    ['a function that writes', fileOf([{ ...whole, fc: 6 }]), 'registers.0.fc', /6/, /3 \(holding registers\)/],
    ['a 40001-style address', fileOf([{ ...whole, address: 400_001 }]), 'registers.0.address', /400001/, /0 to 65535/],
    ['an unknown type', fileOf([whole, { ...whole, type: 'int64' }]), 'registers.1.type', /int64/, /int16, uint16/],
    ['an unknown order', fileOf([{ ...whole, order: 'ACBD' }]), 'registers.0.order', /ACBD/, /ABCD, CDAB/],
    ['a scale of nothing', fileOf([{ ...whole, scale: 0 }]), 'registers.0.scale', /0/, 'a number other than 0'],
    ['a scale as text', fileOf([{ ...whole, scale: '0.1' }]), 'registers.0.scale', /0\.1/, 'a number'],
    [
      'a value over the last register',
      fileOf([{ ...whole, address: 65_535, type: 'int32' }]),
      'registers.0',
      /./,
      /65535/
    ],
    ['bars of a speed', fileOf([{ ...whole, unit: 'bar' }]), 'registers.0', /./, 'a unit of what the column measures'],
    ['a column twice', fileOf([whole, { ...whole, address: 1 }]), 'registers', /./, 'every column once'],
    ['a misspelt key', fileOf([{ ...whole, factor: 2 }]), 'registers.0.factor', /factor/, /./],
    ['no column', fileOf([{ ...whole, column: undefined }]), 'registers.0.column', /undefined/, /./],
    ['an empty name', fileOf([whole], { name: ' ' }), 'name', /./, /a name/],
    ['too much polling', fileOf([{ ...whole, pollMs: 1 }]), 'registers.0.pollMs', /1/, /20 to/],
    ['a huge file', ' '.repeat(2 ** 21), 'register map', /characters/, /at most/]
  ])('refuse %s, and say where', (_name, text, where, found, expected) => {
    const fault = faultOf(text);
    expect(fault?.where).toBe(where);
    expect(fault?.found).toMatch(found);
    expect(fault?.expected).toMatch(expected);
  });
});

it('reads the example that the page shows', () => {
  const map = parseRegisterMap(registerMapExample);
  expect(map.ok && map.value.registers).toMatchObject([
    { column: 'Motor_Current_A', order: 'ABCD', scale: 0.1, pollMs: 1000 },
    { column: 'Oil_Pressure_bar', order: 'CDAB', scale: 1, pollMs: 5000 }
  ]);
});

describe('shipped maps', () => {
  it('are three, each asked in few requests, with canonical units for the channels of a pump', () => {
    expect(shippedMaps.map(({ id }) => id)).toEqual(['banner-qm42vt1', 'danfoss-fc-202', 'hitachi-sj200']);
    expect(shippedMaps.map(({ registers }) => groupRegisters(registers).length)).toEqual([1, 3, 1]);
    for (const { column, unit } of shippedMaps.flatMap(({ registers }) => registers)) {
      expect(findPumpChannel(column)?.unit ?? unit).toBe(unit);
    }
  });

  it('read the reply of a Banner QM42VT1 as its manual does', () => {
    const data = Uint8Array.from(Buffer.from('002e006c0625020600 4700b6'.replace(' ', ''), 'hex'));
    const values = shippedMaps[0]!.registers.map((register) => [register.column, readValueOf(register, 16, data)]);
    expect(values).toEqual([
      ['Vibration_mm_s', expect.closeTo(0.108, 10)],
      ['Bearing_Temperature_C', expect.closeTo(25.9, 10)],
      ['Vibration_X_mm_s', expect.closeTo(0.182, 10)]
    ]);
  });
});
