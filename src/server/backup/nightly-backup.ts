/**
 * A backup a day while the server runs, in the night or as soon after it as the server is up: what is due is found out from the files that are
 * there, so a server that was off at night makes up for it. The newest seven are kept. Knows neither the environment nor the log.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/domain/clock';
import type { Db } from '../store/db';
import { noteBackup } from './note-backup';
import { writeBackup } from './write-backup';

const firstMs = 60_000;
const everyMs = 1_800_000;
/** By the clock on the wall: the hour from which on the day's backup is due. */
const dueHour = 2;
const mostKept = 7;

export interface NightlyBackup {
  db: Db;
  /** Made where there is none. */
  folder: string;
  clock: Clock;
  onWritten: (path: string, rows: number) => void;
  /** It is tried again half an hour later. */
  onError: (error: unknown) => void;
}

/** Begins; the function returned ends it, after the backup under way. */
export function backUpNightly({ db, folder, clock, onWritten, onError }: NightlyBackup): () => Promise<void> {
  let isOver = false;
  let working = Promise.resolve();
  let callOff = clock.after(firstMs, start);

  function start(): void {
    working = work().catch(onError);
    void working.then(() => {
      if (!isOver) callOff = clock.after(everyMs, start);
    });
  }

  async function work(): Promise<void> {
    const now = new Date(clock.now());
    const name = nameOf(now);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(folder)).filter((each) => /^pumpside-\d{4}-\d\d-\d\d\.gz$/.test(each)).sort();
    if (now.getHours() < dueHour || names.includes(name)) return;
    const path = join(folder, name);
    const rows = await writeBackup(db, path, clock.now());
    await noteBackup(db, 'backup-made', { actor: 'server', path, rows, atMs: clock.now() });
    onWritten(path, rows);
    for (const old of [...names, name].slice(0, -mostKept)) await rm(join(folder, old));
  }

  return async () => {
    isOver = true;
    callOff();
    await working;
  };
}

/** The name of the day's backup; names in order are days in order. */
function nameOf(day: Date): string {
  const part = (number: number) => String(number).padStart(2, '0');
  return `pumpside-${day.getFullYear()}-${part(day.getMonth() + 1)}-${part(day.getDate())}.gz`;
}
