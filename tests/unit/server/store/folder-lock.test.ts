import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from '../../../../src/server/store/folder-lock';

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lock-'));
  folder = join(home, 'data');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('lets one in, and the next when that one has gone', () => {
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`${folder} is open in process ${process.pid}`);
  unlock();
  expect(existsSync(`${folder}.lock`)).toBe(false);
  lockFolder(folder)();
  expect(readdirSync(home)).toEqual([]);
});

it('takes no lock away that somebody else has taken meanwhile', () => {
  const unlock = lockFolder(folder);
  writeFileSync(`${folder}.lock`, 'theirs');
  unlock();
  expect(existsSync(`${folder}.lock`)).toBe(true);
});

it('refuses while another process holds it, and takes it over from a dead one', async () => {
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  writeFileSync(`${folder}.lock`, JSON.stringify({ pid: other.pid, startedAt: startOf(other.pid!) }));
  expect(() => lockFolder(folder)).toThrow(`open in process ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  lockFolder(folder)();
});

it.each([
  [
    'a process of that number that was started at another time',
    JSON.stringify({ pid: process.pid, startedAt: 'before' })
  ],
  ['half a file', '{"pid": 1'],
  ['an empty file', '']
])('takes it over from %s', (_, text) => {
  writeFileSync(`${folder}.lock`, text);
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow('expected to be its only user');
  unlock();
  expect(readdirSync(home)).toEqual([]);
});

/** As a process of that number would write it of itself. */
function startOf(pid: number): string {
  const read = spawnSync('sh', ['-c', `cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/${pid}/stat`], {
    encoding: 'utf8'
  });
  const [boot, ticks] = read.stdout.trim().split('\n');
  return ticks === undefined
    ? spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
    : `${boot} ${ticks}`;
}
