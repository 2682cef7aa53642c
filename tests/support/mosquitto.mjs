/**
 * A real MQTT broker for tests: found or installed like the browser, started with a password file on free ports of this machine,
 * and stopped by its process. Nothing is left running, and no service of the system is used.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * @typedef {object} Broker
 * @property {string} url address over WebSocket
 * @property {string} plainUrl address over TCP
 * @property {number} port of WebSocket
 * @property {() => Promise<void>} stop ends the process; a second call does nothing
 */

/** Who may connect to the brokers started here. */
export const brokerUser = { username: 'inspector', password: 'pump side' };

const startWithinMs = 10_000;

/**
 * Path of a mosquitto: one named in MOSQUITTO_PATH, one of the system, or, as root, Debian's package; each try is told by `say`.
 * Throws with advice when all fail.
 * @param {(line: string) => void} say
 */
export function provideMosquitto(say) {
  let path = findProgram('mosquitto');
  if (!path && process.getuid?.() === 0) {
    say('mosquitto: none found; asking apt-get for the package "mosquitto".');
    if (succeeds('apt-get', 'update')) succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'mosquitto');
    path = findProgram('mosquitto');
  }
  if (!path) throw new Error('No mosquitto could be found or installed. Install one, or name one in MOSQUITTO_PATH.');
  say(`mosquitto: ${path}`);
  return path;
}

/**
 * Starts a broker that `brokerUser` may use. The ports are free ones unless named, as after a death.
 * @param {{ port: number, plainPort: number }} [ports]
 * @returns {Promise<Broker>}
 */
export async function startMosquitto(ports) {
  if (ports) return start(ports);
  // Somebody else may take a free port before the broker does.
  return start(await findFreePorts()).catch(async () => start(await findFreePorts()));
}

/**
 * @param {{ port: number, plainPort: number }} ports
 * @returns {Promise<Broker>}
 */
async function start({ port, plainPort }) {
  const program = provideMosquitto(() => {});
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const passwords = join(folder, 'passwords');
  const { username, password } = brokerUser;
  const made = spawnSync(findProgram('mosquitto_passwd') ?? '', ['-b', '-c', passwords, username, password]);
  if (made.status !== 0) throw new Error(`mosquitto_passwd: ${made.stderr}`);
  const configuration = [
    `listener ${port} 127.0.0.1`,
    'protocol websockets',
    `listener ${plainPort} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${passwords}`,
    // As root it would become another user, who may not read this folder.
    `user ${userInfo().username}`,
    'persistence false'
  ];
  writeFileSync(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);

  const child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const untilMs = Date.now() + startWithinMs;
  while (!((await answers(port)) && (await answers(plainPort)))) {
    if (child.exitCode !== null || Date.now() > untilMs) {
      await stop();
      throw new Error(`mosquitto did not start: ${output}`);
    }
    await pause(20);
  }
  return { url: `ws://127.0.0.1:${port}`, plainUrl: `mqtt://127.0.0.1:${plainPort}`, port, stop };
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
 * @param {string} name
 * @returns {string | undefined}
 */
function findProgram(name) {
  const named = name === 'mosquitto' ? process.env.MOSQUITTO_PATH : undefined;
  if (named) {
    accessSync(named, constants.X_OK);
    return named;
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Two ports of this machine that nobody listens on. */
export async function findFreePorts() {
  const servers = [createServer(), createServer()];
  const [port = 0, plainPort = 0] = await Promise.all(servers.map(listen));
  for (const server of servers) server.close();
  return { port, plainPort };
}

/**
 * @param {import('node:net').Server} server
 * @returns {Promise<number>}
 */
function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
