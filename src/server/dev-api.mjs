/**
 * The interface in `vite dev`: the backend's own code behind the same addresses, loaded anew when it was edited. The database is opened once
 * and stays, whatever is edited; its folder is the one that `npm start` uses.
 */
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';

const root = join(import.meta.dirname, '../..');
const addresses = /^\/(?:api\/|(?:detect(?:\/batch)?|health|metrics)(?:$|\?))/;

/** @returns {import('vite').Plugin} */
export function devApi() {
  return {
    name: 'dev-api',
    apply: (_, { command, isPreview }) => command === 'serve' && !isPreview && !process.env.VITEST,
    configureServer(server) {
      const stopping = new AbortController();
      /** @type {Promise<import('./store/db').Db> | undefined} */
      let db;
      /** @type {{ module: object, backend: import('./api/backend').Backend } | undefined} */
      let running;

      /** @param {string} path */
      const load = (path) => /** @type {any} */ (server.environments.ssr).runner.import(path);

      async function openBackend() {
        /** @type {typeof import('./dev-backend')} */
        const module = await load('/src/server/dev-backend.ts');
        const opened = await (db ??= module.openDevDb());
        if (running?.module === module) return running.backend;
        await running?.backend.close();
        const backend = module.createDevBackend(opened, join(root, 'models'), stopping.signal);
        running = { module, backend };
        return backend;
      }

      const answer = getRequestListener(async (request, env) => (await openBackend()).api.fetch(request, env));
      server.middlewares.use((request, response, next) => {
        if (!addresses.test(request.url ?? '')) return next();
        // The next request tries again.
        answer(request, response).catch((error) => ((db = undefined), next(error)));
      });
      server.httpServer?.once('close', () => {
        stopping.abort();
        void running?.backend.close().then(async () => (await db)?.close());
      });
    }
  };
}
