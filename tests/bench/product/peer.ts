/** PapaParse in a thread of a page, in a browser of its own: the peer of the import. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleScript } from './bundle';
import { openBrowser } from './browser';

const page = `<!doctype html><title>PapaParse</title><input type="file"><script>
  document.querySelector('input').onchange = ({ target }) => {
    const worker = new Worker('/worker.js');
    worker.onmessage = ({ data }) => (globalThis.found = data);
    worker.postMessage(target.files[0]);
  };
</script>`;

/** Serves the peer. */
export async function openPeer(): Promise<{ parse(file: string, scratch: string): Promise<Parsed>; close(): void }> {
  const script = await bundleScript(join(import.meta.dirname, 'papaparse.worker.ts'));
  const server = createServer(({ url }, response) => {
    const isScript = url === '/worker.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(isScript ? script : page);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    async parse(file, scratch) {
      const own = await openBrowser(scratch, 'peer');
      try {
        await own.page.goto(origin);
        await own.takeProbe();
        await own.page.locator('input').setInputFiles(file);
        const found = await own.page.waitForFunction(
          () => (globalThis as { found?: Omit<Parsed, 'gapsMs'> }).found,
          null,
          {
            timeout: 600_000
          }
        );
        return { ...(await found.jsonValue())!, gapsMs: (await own.takeProbe()).frameGapsMs };
      } finally {
        await own.close();
      }
    },
    close() {
      server.closeAllConnections();
      server.close();
    }
  };
}

/** What the peer's thread tells, and the frames of its page meanwhile. */
export interface Parsed {
  ms: number;
  rows: number;
  gapsMs: number[];
}
