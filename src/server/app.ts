/**
 * Everything the server answers: the interface at its addresses, and the built client at any other. A plain function of its files and of the
 * interface, so that tests call `app.request()` without a socket. Pumpside needs the client's part for the first visit only.
 */
import { Hono } from 'hono';
import { commonHeaders, isLiveThread, readPolicies } from './headers';
import { answerFile } from './static-files';
import type { StaticFile } from './static-files';

const shell = '/200.html';
const noStore = { 'Cache-Control': 'no-store' };

/** The addresses of the interface; all others are pages and files. */
const interfaceAddresses = ['/api/*', '/detect', '/detect/*', '/health', '/metrics'];

/** Answers what is asked at an address of the interface. */
export type AnswerApi = (request: Request, env: object | undefined) => Response | Promise<Response>;

/** Builds the app over the client's files by address; throws if the shell is missing. */
export function createApp(files: ReadonlyMap<string, StaticFile>, answerApi: AnswerApi): Hono {
  const policies = readPolicies(new TextDecoder().decode(files.get(shell)?.variants.identity?.bytes));
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    // By address, not by the answer's type: a 304 has none, and its headers replace those of the page it confirms.
    const address = addressOf(context.req.path);
    const kind = address === shell ? 'page' : isLiveThread(address) ? 'live' : 'script';
    // Not by `context.header`, which makes the answer anew and its body a stream: nearly a third of what a small answer costs.
    const { headers } = context.res;
    headers.set('Content-Security-Policy', policies[kind]);
    for (const [name, value] of Object.entries(commonHeaders)) headers.set(name, value);
  });

  for (const address of interfaceAddresses) {
    app.all(address, (context) => answerApi(context.req.raw, context.env as object | undefined));
  }
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
