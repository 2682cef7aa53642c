/** A backup a day by the running server: when it is due, how many are kept, and that a failure is tried again. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import { backUpNightly } from '../../../src/server/backup/nightly-backup';
import type { Db } from '../../../src/server/store/db';
import { useDatabase } from '../../support/databases';

const own = useDatabase('pglite');
let db: Db;
let home: string;
let folder: string;

beforeAll(() => {
  db = own.db;
});
beforeEach(() => {
  if (home) rmSync(home, { recursive: true });
  home = mkdtempSync(join(tmpdir(), 'nightly-'));
  folder = join(home, 'backups');
});

/** Runs it through these moments, one check each, and tells what it said. */
async function runThrough(moments: Date[]): Promise<{ written: string[]; errors: unknown[] }> {
  const written: string[] = [];
  const errors: unknown[] = [];
  let now = moments[0]!;
  let act: () => void;
  let isAsked = () => {};
  const clock: Clock = {
    now: () => now.getTime(),
    after(_, next) {
      act = next;
      isAsked();
      return () => {};
    }
  };
  const end = backUpNightly({
    db,
    folder,
    clock,
    onWritten: (path) => written.push(path.slice(folder.length + 1)),
    onError: (error) => errors.push(error)
  });
  for (now of moments) {
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    act!();
    await asked;
  }
  await end();
  return { written, errors };
}

it('writes one a day from two in the morning on, and keeps the newest seven', async () => {
  const days = Array.from({ length: 9 }, (_, i) => new Date(2024, 1, 25 + i, 2, 5));
  const moments = days.flatMap((day) => [new Date(day.getTime() - 600_000), day, new Date(day.getTime() + 3_600_000)]);
  const { written, errors } = await runThrough(moments);
  expect(errors).toEqual([]);
  expect(written).toHaveLength(9);
  expect(written[4]).toBe('pumpside-2024-02-29.gz');
  expect(readdirSync(folder).sort()).toEqual(written.slice(-7));
});

it('makes up for a night in which the server was off, and leaves files of others alone', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), '');
  expect((await runThrough([new Date(2024, 5, 1, 14)])).written).toEqual(['pumpside-2024-06-01.gz']);
  expect((await runThrough([new Date(2024, 5, 1, 15)])).written).toEqual([]);
  expect(readdirSync(folder)).toContain('notes.txt');
});

it('says what failed, and tries again', async () => {
  writeFileSync(folder, 'a file where the folder should be');
  const { written, errors } = await runThrough([new Date(2024, 5, 1, 3), new Date(2024, 5, 1, 4)]);
  expect(written).toEqual([]);
  expect(errors).toHaveLength(2);
});
