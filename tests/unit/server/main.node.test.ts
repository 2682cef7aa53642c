/** The server as a process: it ends by itself where its database has died, so that whoever watches over it starts it again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DbEnvironment } from '../../../src/server/store/open-db';
import { buildAside } from '../../support/build-aside';
import { openDatabases } from '../../support/databases';

const databases = openDatabases('pglite');
let home: string;
let data: DbEnvironment;
beforeAll(async () => {
  home = await buildAside('server');
  data = await databases.create();
}, 60_000);
afterAll(async () => {
  rmSync(home, { recursive: true, force: true });
  await databases.stop();
});

/** Loaded before the server: a signal kills the thread that PGlite lives in. */
const killer = `
  import { createRequire, syncBuiltinESMExports } from 'node:module';
  const threads = createRequire('/')('node:worker_threads');
  threads.Worker = class extends threads.Worker {
    constructor(...given) {
      super(...given);
      process.on('SIGUSR2', () => void this.terminate());
    }
  };
  syncBuiltinESMExports();`;

/** Starts the server; `saw` waits until it has printed something. */
function start() {
  const preload = `data:text/javascript,${encodeURIComponent(killer)}`;
  const child = spawn(process.execPath, ['--import', preload, join(home, 'build/server/main.js')], {
    env: { ...process.env, DATABASE_URL: '', PORT: '0', ...data },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  let output = '';
  const seen = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of seen) look();
    });
  }
  const saw = (what: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = what.exec(output);
        if (found) resolve(found[1] ?? '');
      };
      seen.add(look);
      look();
      void ended.then(() => reject(new Error(`It ended: ${output}`)));
    });
  return { child, ended, saw, output: () => output };
}

it('ends with code 1 and a line when the thread of the database dies, and goes on when it is started again', async () => {
  const first = start();
  await first.saw(/enter this code: (\S+)/);
  first.child.kill('SIGUSR2');
  expect(await first.ended).toEqual([1, null]);
  expect(first.output()).toMatch(
    /\nThe database has died, so the server ends; .*The thread of the database has ended\.\n/
  );

  const second = start();
  const origin = await second.saw(/is at (\S+)/);
  await second.saw(/enter this code: (\S+)/);
  expect((await fetch(`${origin}/health`)).status).toBe(200);
  second.child.kill('SIGTERM');
  expect(await second.ended).toEqual([0, null]);
  expect(second.output()).not.toContain('has died');
});
