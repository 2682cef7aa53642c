/**
 * A lock file `FOLDER.lock` beside a folder that one process at a time may open. PGlite has no lock of its own: two processes on one folder
 * both write, and silently go apart. The file names its owner by process id and start time, so that a dead owner's lock counts no more.
 */
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Takes the lock and returns what gives it back; throws where a living process holds it. */
export function lockFolder(folder: string): () => void {
  const path = `${folder}.lock`;
  const own = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  if (!publish(path, own)) {
    const found = read(path);
    if (found !== undefined && isAlive(found)) refuse(folder, found);
    takeAway(path, found);
    publish(path, own);
  }
  // Two may have found the same dead owner; the file belongs to whoever stands in it.
  const holder = read(path);
  if (holder !== own) refuse(folder, holder ?? '');
  return () => {
    if (read(path) === own) rmSync(path, { force: true });
  };
}

/** Puts a whole file there at once, unless one is. A link, not a write: nobody ever reads half of it. */
function publish(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead owner's file; one that somebody else has put there meanwhile goes back. */
function takeAway(path: string, dead: string | undefined): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved !== undefined && moved !== dead) publish(path, moved);
  rmSync(aside, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(text: string): boolean {
  const { pid, startedAt } = parseOwner(text);
  return pid > 0 && startedAt !== '' && startOf(pid) === startedAt;
}

/** What a crash has left of a file names nobody. */
function parseOwner(text: string): { pid: number; startedAt: string } {
  try {
    const { pid, startedAt } = JSON.parse(text) as { pid?: unknown; startedAt?: unknown };
    return { pid: Number.isInteger(pid) ? Number(pid) : 0, startedAt: String(startedAt ?? '') };
  } catch {
    return { pid: 0, startedAt: '' };
  }
}

function refuse(folder: string, holder: string): never {
  throw new Error(`${folder} is open in process ${parseOwner(holder).pid}, expected to be its only user.`);
}

/** When a process was started, as text to compare; empty where there is none. A process id alone comes back after a restart. */
function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Field 22, counted behind the name, which may hold spaces and brackets. A zombie holds nothing open.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? '' : `${boot} ${fields[19]}`;
    }
    if (process.platform === 'win32') {
      process.kill(pid, 0);
      return 'running';
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
