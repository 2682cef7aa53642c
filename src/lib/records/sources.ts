/**
 * The live sources a person has set up, the register maps loaded for them, and what is missing of what came: times nobody watched, and
 * stored rows that can no longer be read. Dexie, in a database of its own: it holds passwords of brokers, which no backup of the records
 * is to carry along. It must not know what a source does.
 */
import type { Pause } from '../domain/live';
import type { Sources } from '../domain/ports';
import type { RegisterMap, RegisterMaps, SourceSetup } from '../domain/source';
import { createConnection, type Wait } from '../storage/connection';

/** Live readings of an asset, or scores of one of its models, that were stored and cannot be read any more. Readings have no model: `''`. */
export interface Damage {
  assetId: string;
  modelId: string;
  fromMs: number;
  toMs: number;
}

/** Stored rows that were found damaged. */
export interface Damages {
  /** Notes it; the same one again changes nothing. */
  noteDamage(damage: Damage): Promise<void>;
  /** Of an asset's readings and of the scores of all its models, in time order. */
  damages(assetId: string): Promise<Damage[]>;
}

const tables = {
  sources: 'id',
  maps: 'id',
  pauses: 'fromMs, toMs',
  damages: '[assetId+modelId+fromMs], assetId',
  alive: 'key'
};

/** Opens the sources, at their first call. */
export function createSources(name = 'pumpside-sources', wait?: Wait): Sources & RegisterMaps & Damages {
  const { table, read, write } = createConnection(name, { version: 2, tables }, wait);
  const sources = table<SourceSetup, string>('sources');
  const maps = table<RegisterMap, string>('maps');
  const pauses = table<Pause, number>('pauses');
  const damages = table<Damage, [string, string, number]>('damages');
  const alive = table<{ key: 'last'; atMs: number }, string>('alive');
  return {
    all: () => read('sources.all', ['sources'], () => sources.toArray()),
    put: (setup) => write('sources.put', ['sources'], () => sources.put(setup)).then(() => undefined),
    remove: (id) => write('sources.remove', ['sources'], () => sources.delete(id)),
    maps: () => read('sources.maps', ['maps'], () => maps.toArray()),
    putMap: (map) => write('sources.putMap', ['maps'], () => maps.put(map)).then(() => undefined),
    removeMap: (id) => write('sources.removeMap', ['maps'], () => maps.delete(id)),
    addPause: (pause) => write('sources.addPause', ['pauses'], () => pauses.put(pause)).then(() => undefined),
    noteDamage: (damage) => write('sources.noteDamage', ['damages'], () => damages.put(damage)).then(() => undefined),
    damages: (assetId) => read('sources.damages', ['damages'], () => damages.where({ assetId }).sortBy('fromMs')),
    noteAlive: (atMs) =>
      write('sources.noteAlive', ['alive'], () => alive.put({ key: 'last', atMs })).then(() => undefined),
    lastAlive: () => read('sources.lastAlive', ['alive'], async () => (await alive.get('last'))?.atMs ?? NaN),
    pauses: (fromMs, toMs) =>
      read('sources.pauses', ['pauses'], async () =>
        (await pauses.where('toMs').aboveOrEqual(fromMs).toArray())
          .filter((pause) => pause.fromMs <= toMs)
          .sort((a, b) => a.fromMs - b.fromMs)
      )
  };
}
