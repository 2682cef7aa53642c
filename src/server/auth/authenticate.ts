/** Who asks: an API key goes before a device's signature, and that before a cookie. What does not hold is refused. */
import type { Authenticate } from '../api/route';
import type { Db } from '../store/db';
import { findApiKey } from './api-keys';
import { appendAudit } from './audit';
import { isSecure } from './client-address';
import { readSessionCookie } from './cookie';
import { createSignatureCheck } from './device-signature';
import { findForeignOrigin } from './own-page';
import { findSession } from './session';
import { createTokenBuckets } from './token-buckets';

export interface AuthenticateOptions {
  /** Whether `X-Forwarded-*` come from a proxy of the plant and can be believed. */
  trustsProxy?: boolean;
  /** Where a request came from, for the audit log. */
  addressOf?: (request: Request) => string;
}

/** Creates the check over accounts, devices and keys of the database; `clock` is ms UTC. */
export function createAuthenticate(db: Db, clock: () => number, options: AuthenticateOptions = {}): Authenticate {
  const { trustsProxy = false, addressOf = () => '' } = options;
  const checkSignature = createSignatureCheck(db, clock);
  // What is refused again and again stands in the audit log once a minute.
  const auditLimit = createTokenBuckets({ capacity: 1, perSecond: 1 / 60, mostKeys: 1000, clock });

  async function refuse<Status extends 401 | 403>(request: Request, refused: Status, why: string, subject = '') {
    if (subject !== '' && auditLimit.take(subject) === 0) {
      const deed = { actor: 'nobody', address: addressOf(request), atMs: clock() };
      await db.tx((queries) => appendAudit(queries, deed, 'credential-refused', subject, { why }));
    }
    return { refused, why };
  }

  return async (request, body) => {
    const authorization = request.headers.get('Authorization');
    if (authorization !== null) {
      const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      const key = token === undefined ? undefined : await findApiKey(db, token, clock());
      if (!key) return refuse(request, 401, 'not an API key of this server, expected Authorization: Bearer pk_...');
      if (key.isRefused) return refuse(request, 401, 'the API key has expired or was revoked', `key:${key.id}`);
      return { kind: 'key', keyId: key.id, name: key.name, permissions: key.permissions, groups: key.groups };
    }

    const signed = await checkSignature(request, body);
    if (signed && 'refused' in signed) {
      // Signing in would not help a device that was taken out of use, so that is not what it is asked for.
      const status = signed.isKnown ? 403 : 401;
      return refuse(request, status, signed.refused, signed.deviceId && `device:${signed.deviceId}`);
    }
    const token = readSessionCookie(request, isSecure(request, trustsProxy));
    const session = token === undefined ? undefined : await findSession(db, token, clock());
    if (signed) {
      // No other site can sign, so the signature vouches for the cookie beside it. A person's own rights are not cut.
      const { role, groups } = session ?? signed.credential;
      return { kind: 'device', deviceId: signed.deviceId, role, groups };
    }
    if (token === undefined) return { kind: 'nobody' };
    if (!session) return refuse(request, 401, 'the session has ended');
    const why = findForeignOrigin(request, body);
    return why === undefined ? { kind: 'user', ...session } : { refused: 403, why };
  };
}
