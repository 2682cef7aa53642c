/** A Pumpside server of a test's own, which the test may kill, and copies of the build that count as another version. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export const build = join(root, 'build');

/** A running server. `kill` is SIGKILL, as a dead machine is: it resolves when the process is gone. */
export interface Site {
  origin: string;
  /** Everything it has printed so far. */
  output(): string;
  kill(): Promise<void>;
}

/** A folder for a server's data, gone when the process ends. */
export function makeDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pumpside-data-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts the server of a build folder on a port, over a folder of data; rejects with its output if it does not come up. */
export async function startSite(folder: string, port: number, data = makeDataFolder()): Promise<Site> {
  const child = spawn(process.execPath, [join(folder, 'server/main.js')], {
    env: { ...process.env, PORT: String(port), PUMPSIDE_DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Pumpside is at')) resolve();
      });
    }
    void gone.then(() => reject(new Error(`The server did not start: ${output}`)));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    output: () => output,
    kill() {
      child.kill('SIGKILL');
      return gone;
    }
  };
}

/**
 * Copies the build into a folder as another version: another shell, marked `<html data-version>`, under another revision.
 * Stands in for a second build, which would take a minute.
 */
export function copyAsVersion(version: string, folder: string): string {
  cpSync(build, folder, { recursive: true });
  rewrite(join(folder, 'client/200.html'), '<html', `<html data-version="${version}"`);
  rewrite(join(folder, 'client/service-worker.js'), '200.html,', `200.html,${version}-`);
  return folder;
}

function rewrite(path: string, from: string, to: string): void {
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${path} has "${from}" ${parts.length - 1} times, expected once`);
  writeFileSync(path, parts.join(to));
  for (const ending of ['.br', '.gz']) rmSync(path + ending, { force: true });
}
