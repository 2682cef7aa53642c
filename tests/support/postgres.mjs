/**
 * A real PostgreSQL for tests: found or installed like the browser, started in a folder of its own that only a socket in it leads to, and
 * stopped by its process. Nothing is left running, and no service of the system is used.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/**
 * @typedef {object} PostgresServer
 * @property {string} url of the database `postgres`; its user may make more
 * @property {(name: string) => string} urlOf the same for another database
 * @property {number} pid of the server; its connections are children of it
 * @property {() => Promise<void>} stop ends the process and removes the folder; a second call does nothing
 */

const startWithinMs = 20_000;

/**
 * Folder of PostgreSQL's programs, 15 or newer: one named in POSTGRES_BIN, one on PATH, Debian's, or, as root, Debian's package installed
 * now; each try is told by `say`. Throws with advice when all fail.
 * @param {(line: string) => void} say
 */
export function providePostgres(say) {
  let folder = findPrograms();
  if (!folder && process.getuid?.() === 0) {
    say('postgres: none found; asking apt-get for the package "postgresql".');
    if (succeeds('apt-get', 'update')) succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'postgresql');
    folder = findPrograms();
  }
  if (!folder)
    throw new Error('No PostgreSQL could be found or installed. Install one, or name its bin in POSTGRES_BIN.');
  say(`postgres: ${folder}`);
  return folder;
}

/**
 * Starts a server on a fresh folder. It does not wait for the disk: what a test kills is a program, not the machine.
 * @returns {Promise<PostgresServer>}
 */
export async function startPostgres() {
  const programs = providePostgres(() => {});
  // A path to a socket has at most 107 bytes.
  const folder = mkdtempSync('/tmp/pg-');
  const data = join(folder, 'data');
  const owner = ownerOfServers();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  // As another user it could not even stand in the folder of whoever starts it.
  const options = { ...owner, cwd: folder };

  const making = [
    '-D',
    data,
    '-U',
    'pumpside',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions'
  ];
  const made = spawnSync(join(programs, 'initdb'), making, { ...options, encoding: 'utf8' });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
  }
  const settings = ['listen_addresses=', 'fsync=off', 'full_page_writes=off', 'max_connections=100'];
  const words = ['-D', data, '-k', folder, ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn(join(programs, 'postgres'), words, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-4000)));
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  // Ends it with whoever started it; PostgreSQL's children end with their server.
  const kill = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    // The fast shutdown: connections are cut, nothing waits for them.
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };

  const urlOf = (/** @type {string} */ name) => `postgresql://pumpside@localhost/${name}?host=${folder}`;
  const untilMs = Date.now() + startWithinMs;
  while (!(await answers(urlOf('postgres')))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > untilMs) {
      await stop();
      throw new Error(`postgres did not start: ${output}`);
    }
    await pause(20);
  }
  return { url: urlOf('postgres'), urlOf, pid: child.pid ?? 0, stop };
}

/** PostgreSQL refuses to run as root. @returns {{ uid: number, gid: number } | undefined} */
function ownerOfServers() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    if (line) return { uid: Number(line.split(':')[2]), gid: Number(line.split(':')[3]) };
  }
  throw new Error('No user "postgres" or "nobody" to run PostgreSQL as.');
}

/** @returns {string | undefined} */
function findPrograms() {
  const named = process.env.POSTGRES_BIN;
  if (named) return named;
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(a) - Number(b)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
    ...['/opt/homebrew/bin', '/usr/local/bin', '/usr/local/pgsql/bin']
  ];
  // The oldest of Debian's, 15 where it is: what passes there passes on newer ones.
  return folders
    .filter(Boolean)
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/**
 * @param {string} program
 * @param {string[]} parameters
 */
function succeeds(program, ...parameters) {
  // At this run level Debian's scripts start no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync(program, parameters, { stdio: 'ignore', env }).status === 0;
}

/**
 * @param {string} url
 * @returns {Promise<boolean>}
 */
async function answers(url) {
  const client = new Client(url);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
