/** The built app, served as `npm start` serves it, by a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The root of the repository. */
export const root = join(import.meta.dirname, '../../..');

/** A server under way; `output` is what it has printed so far. */
export interface OwnSite {
  origin: string;
  output(): string;
  close(): Promise<void>;
}

/** Starts the server on a free port, with more in its environment; rejects with its output where it does not come up. */
export async function openSite(more: Record<string, string> = {}): Promise<OwnSite> {
  const server = spawn(process.execPath, [join(root, 'build/server/main.js')], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', ...more },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const gone = once(server, 'close');
  let output = '';
  const origin = await new Promise<string>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const address = /Pumpside is at (\S+)/.exec(output)?.[1];
        if (address) resolve(address);
      });
    }
    void gone.then(() => reject(new Error(`The server did not start: ${output}`)));
  });
  return {
    origin,
    output: () => output,
    async close() {
      server.kill('SIGKILL');
      await gone;
    }
  };
}
