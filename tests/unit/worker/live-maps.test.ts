/** Register maps that a person loads beside those of the app: checked, kept, told to the sources that use them, and forgotten. */
import { expect, test } from 'vitest';
import { ok } from '$lib/domain/result';
import type { ModbusSetup, RegisterMap, SourceSetup } from '$lib/domain/source';
import { createMapCalls, findMap } from '$lib/worker/live/maps';

const line = { port: null, baudRate: 9600, dataBits: 8, stopBits: 1, parity: 'even' } as const;
const devices = [{ address: 1, map: 'own-drive', asset: 'P-1' }];
const modbus: ModbusSetup = { id: 'm', name: 'Line 1', asset: 'P-1', kind: 'modbus', line, devices };
const twin: SourceSetup = { kind: 'twin', id: 't', name: 'T', asset: 'T', pumps: 1, rateHz: 1, seed: 1, speed: 1 };
const register = { fc: 4, address: 5, type: 'uint16', unit: 'A', column: 'Motor_Current_A' };
const file = (change: object = {}) =>
  JSON.stringify({ id: 'own-drive', name: 'Own drive', registers: [register], ...change });

function openShelf(setups: SourceSetup[] = []) {
  const maps = new Map<string, RegisterMap>();
  const reopened: string[] = [];
  const kept = {
    all: async () => setups,
    maps: async () => [...maps.values()],
    putMap: async (map: RegisterMap) => void maps.set(map.id, map),
    removeMap: async (id: string) => void maps.delete(id)
  };
  const calls = createMapCalls(kept, async ({ id }) => {
    reopened.push(id);
    return ok(null);
  });
  return { calls, kept, maps, reopened };
}

test('a map is listed beside those of the app, found by its id with what it left out filled in, and forgotten', async () => {
  const { calls, kept } = openShelf();
  expect(await calls.putMap(file())).toEqual({
    ok: true,
    value: { id: 'own-drive', name: 'Own drive', registers: 1, isOwn: true }
  });
  const listed = await calls.maps();
  expect(listed.ok && listed.value.map(({ id, isOwn }) => [id, isOwn])).toEqual([
    ['banner-qm42vt1', false],
    ['danfoss-fc-202', false],
    ['hitachi-sj200', false],
    ['own-drive', true]
  ]);
  expect((await findMap(kept, 'own-drive'))?.registers).toEqual([
    { ...register, order: 'ABCD', scale: 1, offset: 0, pollMs: 1000 }
  ]);
  expect((await findMap(kept, 'hitachi-sj200'))?.registers).toHaveLength(2);
  expect(await calls.removeMap('own-drive')).toEqual({ ok: true, value: null });
  expect(await findMap(kept, 'own-drive')).toBeUndefined();
});

test('a file that is none is refused at its place, and nothing is kept', async () => {
  const { calls, maps } = openShelf();
  const faultOf = async (text: string) => {
    const put = await calls.putMap(text);
    return put.ok ? null : put.fault;
  };
  expect(await faultOf('{')).toMatchObject({ where: 'register map', expected: 'JSON' });
  expect(await faultOf(file({ registers: [{ ...register, type: 'bcd' }] }))).toMatchObject({
    where: 'registers.0.type',
    found: '"bcd"'
  });
  expect(await faultOf(file({ registers: [{ ...register, unit: 'bar' }] }))).toMatchObject({ where: 'registers.0' });
  expect(await faultOf(file({ id: 'hitachi-sj200' }))).toMatchObject({ where: 'id', found: 'hitachi-sj200' });
  expect(maps.size).toBe(0);
});

test('a source that uses a map is opened anew when it changes, and keeps it from being removed', async () => {
  const { calls, maps, reopened } = openShelf([twin, modbus]);
  await calls.putMap(file({ id: 'another' }));
  expect(reopened).toEqual([]);
  await calls.putMap(file({ name: 'Own drive, mended' }));
  expect(reopened).toEqual(['m']);
  expect(await calls.removeMap('own-drive')).toMatchObject({ ok: false, fault: { found: 'in use by Line 1' } });
  expect(maps.get('own-drive')?.name).toBe('Own drive, mended');
});

test('what another version has kept and this one cannot read is not offered', async () => {
  const { calls, kept, maps } = openShelf();
  maps.set('odd', { id: 'odd', name: 'Odd', source: '', registers: [] });
  const listed = await calls.maps();
  expect(listed.ok && listed.value.every(({ id }) => id !== 'odd')).toBe(true);
  expect(await findMap(kept, 'odd')).toBeUndefined();
});
