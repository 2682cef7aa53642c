/** The register maps of Modbus devices: those that come with the app, and those a person has loaded. What a source does with one is not known here. */
import type { MonitorApi } from '../../bridge/live-api';
import type { Sources } from '../../domain/ports';
import { fail, ok } from '../../domain/result';
import type { ListedMap, RegisterMap, RegisterMaps, SourceSetup } from '../../domain/source';
import { checkRegisterMap, parseRegisterMap } from '../../ingest/modbus/register-map';
import { guard } from '../guard';

/** The calls that are about register maps. */
export type MapCalls = Pick<MonitorApi, 'maps' | 'putMap' | 'removeMap'>;

/** The map of an id; undefined where there is none, or one that this version cannot read. */
export async function findMap(kept: RegisterMaps, id: string): Promise<RegisterMap | undefined> {
  return [...(await loadShipped()), ...(await readOwn(kept))].find((map) => map.id === id);
}

/** The calls over what is kept. `putSource` opens a source anew, so that it takes up a map that has changed. */
export function createMapCalls(
  kept: RegisterMaps & Pick<Sources, 'all'>,
  putSource: MonitorApi['putSource']
): MapCalls {
  const usersOf = async (id: string) => (await kept.all()).filter((setup) => usesMap(setup, id));

  return {
    maps: () =>
      guard('maps', async () => {
        const [shipped, own] = await Promise.all([loadShipped(), readOwn(kept)]);
        return ok([...shipped.map((map) => list(map, false)), ...own.map((map) => list(map, true))]);
      }),

    putMap: (text) =>
      guard('putMap', async () => {
        const map = parseRegisterMap(text);
        if (!map.ok) return map;
        const { id } = map.value;
        if ((await loadShipped()).some((shipped) => shipped.id === id)) {
          return fail('unexpected', 'id', id, 'an id that no map of the app has');
        }
        await kept.putMap(map.value);
        for (const setup of await usersOf(id)) await putSource(setup);
        return ok(list(map.value, true));
      }),

    removeMap: (id) =>
      guard('removeMap', async () => {
        const [user] = await usersOf(id);
        if (user) return fail('unexpected', 'register map', `in use by ${user.name}`, 'a map that no source uses');
        await kept.removeMap(id);
        return ok(null);
      })
  };
}

/** They are not loaded before a Modbus device is set up. */
async function loadShipped(): Promise<readonly RegisterMap[]> {
  return (await import('../../ingest/modbus/shipped')).shippedMaps;
}

async function readOwn(kept: RegisterMaps): Promise<RegisterMap[]> {
  return (await kept.maps()).map(checkRegisterMap).flatMap((map) => (map.ok ? [map.value] : []));
}

function usesMap(setup: SourceSetup, id: string): boolean {
  return setup.kind === 'modbus' && setup.devices.some(({ map }) => map === id);
}

function list({ id, name, registers }: RegisterMap, isOwn: boolean): ListedMap {
  return { id, name, registers: registers.length, isOwn };
}
