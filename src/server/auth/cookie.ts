/**
 * The session's cookie: HttpOnly, SameSite=Strict, for this host alone. Under https it is Secure and bears the prefix by which browsers
 * let no other host and no http page set it.
 */

const plainName = 'pumpside_session';
const secureName = `__Host-${plainName}`;

/** The token in the request's cookie; undefined where there is none. */
export function readSessionCookie(request: Request, isSecure: boolean): string | undefined {
  const name = isSecure ? secureName : plainName;
  for (const part of request.headers.get('Cookie')?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

/** `Set-Cookie` for a token that holds for so long; with an empty token and 0 it is taken away. */
export function writeSessionCookie(token: string, holdsMs: number, isSecure: boolean): string {
  const cookie = `${isSecure ? secureName : plainName}=${token}; Path=/; HttpOnly; SameSite=Strict`;
  return `${cookie}; Max-Age=${Math.floor(holdsMs / 1000)}${isSecure ? '; Secure' : ''}`;
}
