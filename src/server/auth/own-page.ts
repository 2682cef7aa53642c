/**
 * Whether a request with a cookie was made by our own page. Browsers send cookies along with whatever another site makes them send
 * (CSRF); `SameSite=Strict` stops that in current ones, this in the others and from other ports of the same host.
 */

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why a request may not change anything by its cookie; undefined where it may. */
export function findForeignOrigin(request: Request, body: Uint8Array): string | undefined {
  if (reading.has(request.method)) return undefined;
  const site = request.headers.get('Sec-Fetch-Site');
  const origin = request.headers.get('Origin');
  if (site !== null && site !== 'same-origin') return `Sec-Fetch-Site is ${site}, expected same-origin`;
  if (origin !== null && !isHostOf(request, origin)) return 'Origin is another host, expected this one';
  if (site === null && origin === null) return 'neither Origin nor Sec-Fetch-Site, expected one of them with a cookie';
  const type = request.headers.get('Content-Type')?.split(';')[0]!.trim().toLowerCase();
  const isJson = type === 'application/json' || (type === undefined && body.byteLength === 0);
  return isJson ? undefined : `Content-Type is ${type ?? 'missing'}, expected application/json`;
}

/** Hosts are compared, not schemes: a proxy may have taken https off. */
function isHostOf(request: Request, origin: string): boolean {
  const host = request.headers.get('Host') ?? new URL(request.url).host;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
