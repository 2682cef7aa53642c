/**
 * Looks an API key up once a second, however often it is used: a gateway sends a thousand readings a second with the same one, and each look-up
 * is a statement on the database's one connection. A key that is revoked holds for a second longer. Sessions and signatures are never remembered.
 */
import type { Authenticate } from './route';

const holdsMs = 1000;
const mostKeys = 1000;

/** Wraps the check; `tickMs` is a clock that runs on. */
export function rememberKeys(authenticate: Authenticate, tickMs: () => number): Authenticate {
  const known = new Map<string, { atMs: number; found: ReturnType<Authenticate> }>();

  return async (request, body) => {
    const credential = request.headers.get('Authorization');
    if (credential === null) return authenticate(request, body);
    const before = known.get(credential);
    if (before && tickMs() - before.atMs < holdsMs) return before.found;
    const looked = { atMs: tickMs(), found: authenticate(request, body) };
    known.delete(credential);
    if (known.size >= mostKeys) known.delete(known.keys().next().value!);
    known.set(credential, looked);
    const forget = () => known.get(credential) === looked && known.delete(credential);
    // Only what holds is remembered; a refusal and a fault are looked at each time.
    looked.found.then((found) => ('refused' in found || found.kind !== 'key') && forget(), forget);
    return looked.found;
  };
}
