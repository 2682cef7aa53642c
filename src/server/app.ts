/**
 * The small backend: the built client for any address, and `/api`. A plain function of its files, so that tests call
 * `app.request()` without a socket. Pumpside needs it for the first visit only.
 */
import { Hono } from 'hono';
import { commonHeaders, isLiveThread, readPolicies } from './headers';
import { answerFile } from './static-files';
import type { StaticFile } from './static-files';

const shell = '/200.html';
const noStore = { 'Cache-Control': 'no-store' };

/** Builds the app over the client's files by address; throws if the shell is missing. */
export function createApp(files: ReadonlyMap<string, StaticFile>): Hono {
  const policies = readPolicies(new TextDecoder().decode(files.get(shell)?.variants.identity?.bytes));
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    // By address, not by the answer's type: a 304 has none, and its headers replace those of the page it confirms.
    const address = addressOf(context.req.path);
    const kind = address === shell ? 'page' : isLiveThread(address) ? 'live' : 'script';
    context.header('Content-Security-Policy', policies[kind]);
    for (const [name, value] of Object.entries(commonHeaders)) context.header(name, value);
  });

  app.get('/api/ping', (context) => context.json({ ok: true }, 200, noStore));
  app.all('/api/*', (context) => context.json({ error: 'not-found', path: context.req.path }, 404, noStore));
  app.get('*', (context) => {
    const address = addressOf(context.req.path);
    const file = files.get(address);
    if (!file) return context.notFound();
    const isImmutable = address.startsWith('/_app/immutable/');
    const caching = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
    return answerFile(file, context.req.raw, { 'Cache-Control': caching });
  });
  app.notFound((context) => context.text('Not found', 404, noStore));
  return app;
}

/** Every page is the shell, under whatever address. A missing file must not be: it would be cached as the script or image it is not. */
function addressOf(path: string): string {
  const isFile = path.startsWith('/_app/') || /\.[^/]*$/.test(path);
  return isFile ? path : shell;
}
