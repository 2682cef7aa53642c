/**
 * The live sources a person has set up, and the times nobody watched: the `Sources` port on Dexie. A database of its own: it holds
 * passwords of brokers, which no backup of the records is to carry along. It must not know what a source does.
 */
import type { Pause } from '../domain/live';
import type { Sources } from '../domain/ports';
import type { SourceSetup } from '../domain/source';
import { createConnection, type Wait } from '../storage/connection';

const tables = { sources: 'id', pauses: 'fromMs, toMs', alive: 'key' };

/** Opens the sources, at their first call. */
export function createSources(name = 'pumpside-sources', wait?: Wait): Sources {
  const { table, read, write } = createConnection(name, { version: 1, tables }, wait);
  const sources = table<SourceSetup, string>('sources');
  const pauses = table<Pause, number>('pauses');
  const alive = table<{ key: 'last'; atMs: number }, string>('alive');
  return {
    all: () => read('sources.all', ['sources'], () => sources.toArray()),
    put: (setup) => write('sources.put', ['sources'], () => sources.put(setup)).then(() => undefined),
    remove: (id) => write('sources.remove', ['sources'], () => sources.delete(id)),
    addPause: (pause) => write('sources.addPause', ['pauses'], () => pauses.put(pause)).then(() => undefined),
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
