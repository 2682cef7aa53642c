/**
 * The thread that PGlite lives in, so that a long query stops nobody else. It is a PostgreSQL server whose socket is the message port: bytes
 * of the wire protocol come in and go out, `null` ends it. Plain JavaScript, for a thread of Node cannot start from TypeScript.
 */
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** PGlite's file system forgets `fsync`, and PGlite asks for none: a power cut could take what was acknowledged. */
class DurableFs extends NodeFS {
  /**
   * @override
   * @type {NodeFS['init']}
   */
  async init(pg, options) {
    const { emscriptenOpts } = await super.init(pg, options);
    const addSync = (/** @type {any} */ module) => {
      module.NODEFS.stream_ops.fsync = (/** @type {{ nfd: number }} */ stream) => {
        fsyncSync(stream.nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}

/** @type {{ folder: string, task: 'initialise' | 'serve' }} */
const { folder, task } = workerData;
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
if (task === 'initialise') await initialise();
else await serve();

/** Makes a new database; its files are on disk when this ends. */
async function initialise() {
  const pg = await PGlite.create({ fs: new NodeFS(folder) });
  await pg.close();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(join(entry.parentPath, entry.name), 'r+');
    fsyncSync(file);
    closeSync(file);
  }
  port.postMessage('ready');
}

async function serve() {
  // Without `-F` a commit waits for the disk; `fdatasync`, the default, would not reach the file system above.
  const startParams = PGlite.defaultStartParams.filter((word) => word !== '-F').concat('-c', 'wal_sync_method=fsync');
  const pg = await PGlite.create({ fs: new DurableFs(folder), startParams });
  const onRawData = (/** @type {Uint8Array} */ bytes) => {
    // The view is of PGlite's memory, which goes on changing.
    const copy = bytes.slice();
    port.postMessage(copy, [copy.buffer]);
  };
  let turn = Promise.resolve();
  port.on('message', (/** @type {Uint8Array | null} */ bytes) => {
    turn = turn.then(async () => {
      if (bytes) return pg.execProtocolRawStream(bytes, { onRawData });
      await pg.close();
      port.close();
    });
  });
  port.postMessage('ready');
}
