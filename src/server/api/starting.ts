/**
 * What answers in the backend's place while there is no database: nothing that needs one. Whoever wants only the app does not wait for it, and
 * is told that the server is there.
 */
import { Hono } from 'hono';
import { describeReason, refuse } from './refusal';

/** Creates the stand-in; `trouble` is why there is no database yet, null while it is merely being opened. */
export function createStartingApi(trouble: () => string | null): Hono {
  const api = new Hono();
  const noStore = { 'Cache-Control': 'no-store' };
  api.get('/api/ping', (context) => context.json({ ok: true }, 200, noStore));
  api.get('/health', (context) => {
    const status = trouble() === null ? 'starting' : 'failing';
    return context.json({ status, isLive: true, isReady: false, database: status }, 503, noStore);
  });
  api.all('*', () => {
    const found = trouble() === null ? 'a database that is being opened' : 'no database';
    const reason = describeReason(503, 'starting', 'server', found, 'a database', { 'Retry-After': '2' });
    return refuse(reason, crypto.randomUUID());
  });
  return api;
}
