import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/server/app';
import { readStaticFiles } from '../../../src/server/static-files';

const shell = `<meta http-equiv="content-security-policy" content="default-src 'self'; script-src 'self' 'sha256-AbC+/='; connect-src 'self'; base-uri 'none'"><h1>Pumpside</h1>`;
const script = 'export const answer = 42;\n'.repeat(50);
const client: Record<string, string | Buffer> = {
  '200.html': shell,
  '_app/version.json': '{"version":"v1"}',
  '_app/immutable/chunks/a.js': script,
  '_app/immutable/chunks/a.js.br': brotliCompressSync(script),
  '_app/immutable/assets/kernel.wasm': 'wasm',
  'icon.svg': '<svg/>',
  'manifest.webmanifest': '{}'
};

let folder: string;
let app: ReturnType<typeof createApp>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pumpside-client-'));
  for (const [path, content] of Object.entries(client)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  app = createApp(readStaticFiles(folder), (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/api/ping') return Response.json({ ok: true }, { headers: { 'Cache-Control': 'no-store' } });
    return Response.json({ asked: pathname }, { status: 404, headers: { 'Cache-Control': 'no-store' } });
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('pages', () => {
  test.each(['/', '/system', '/pumps/never-seen', '/pumps/a%2Fb?tab=1'])('%s is the shell', async (path) => {
    const response = await app.request(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(shell);
    expect(response.headers.get('Cache-Control')).toBe('no-cache');
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  });

  test('carry the policy of the shell and may not be framed', async () => {
    const { headers } = await app.request('/');
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'self'; script-src 'self' 'sha256-AbC+/='; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
  });

  test('need a policy', () => {
    const files = new Map([['/200.html', { type: 'text/html', variants: {} }]]);
    expect(() => createApp(files, () => new Response())).toThrow('200.html has no content security policy');
  });
});

describe('files', () => {
  test('have their own type and, without the hashes, the same policy', async () => {
    const { headers } = await app.request('/_app/immutable/assets/kernel.wasm');
    expect(headers.get('Content-Type')).toBe('application/wasm');
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'"
    );
  });

  test('only the live thread may open sockets to other hosts', async () => {
    const connect = async (path: string) =>
      /connect-src ([^;]*)/.exec((await app.request(path)).headers.get('Content-Security-Policy')!)?.[1];
    expect(await connect('/_app/immutable/workers/live.worker-DgYAArD4.js')).toBe("'self' ws: wss:");
    for (const path of [
      '/',
      '/_app/immutable/workers/files.worker-DgYAArD4.js',
      '/_app/immutable/chunks/live.worker-a.js',
      '/live.worker-a.js',
      '/_app/immutable/workers/live.worker-a.js/x'
    ]) {
      expect(await connect(path)).toBe("'self'");
    }
  });

  test.each([
    ['/_app/immutable/chunks/a.js', 'public, max-age=31536000, immutable'],
    ['/_app/version.json', 'no-cache'],
    ['/manifest.webmanifest', 'no-cache']
  ])('%s is cached as %s', async (path, caching) => {
    expect((await app.request(path)).headers.get('Cache-Control')).toBe(caching);
  });

  test('come compressed to those who accept it', async () => {
    const response = await ask('/_app/immutable/chunks/a.js', { 'Accept-Encoding': 'gzip, br;q=0.9' });
    expect(response.headers.get('Content-Encoding')).toBe('br');
    expect(response.headers.get('Vary')).toBe('Accept-Encoding');
    expect(brotliDecompressSync(await response.arrayBuffer()).toString()).toBe(script);
  });

  test.each(['', 'gzip', 'br;q=0', 'brotli'])('come plain to those who accept "%s"', async (accepted) => {
    const response = await ask('/_app/immutable/chunks/a.js', { 'Accept-Encoding': accepted });
    expect(response.headers.get('Content-Encoding')).toBeNull();
    expect(await response.text()).toBe(script);
  });

  test('are not sent again to those who have them', async () => {
    const path = '/_app/immutable/chunks/a.js';
    const plain = (await app.request(path)).headers.get('ETag')!;
    const packed = (await ask(path, { 'Accept-Encoding': 'br' })).headers.get('ETag')!;
    expect(packed).not.toBe(plain);
    const again = await ask(path, { 'If-None-Match': `"other", W/${plain}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await ask(path, { 'If-None-Match': packed })).status).toBe(200);
  });

  test.each(['/_app/immutable/chunks/gone.js', '/_app/gone', '/gone.png', '/pumps/x.json', '/../package.json'])(
    '%s is missing, and is not remembered',
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
    }
  );

  test('answer HEAD without a body', async () => {
    const response = await app.request('/icon.svg', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('Content-Type')).toMatch('image/svg+xml');
  });

  test('are only read', async () => {
    expect((await app.request('/', { method: 'POST' })).status).toBe(404);
  });
});

describe('the interface', () => {
  test.each(['/api/ping', '/api/gone', '/detect', '/detect/batch', '/health', '/metrics'])(
    '%s is asked, by any method',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const response = await app.request(path, { method });
        expect(response.headers.get('Content-Type')).toMatch('application/json');
        expect(response.headers.get('Cache-Control')).toBe('no-store');
      }
    }
  );

  test.each(['/detection', '/healthy', '/apis'])('%s is a page', async (path) => {
    expect(await (await app.request(path)).text()).toBe(shell);
  });
});

test.each(['/', '/icon.svg', '/api/ping', '/gone.png', '/api/gone'])('%s has the common headers', async (path) => {
  const { headers } = await app.request(path);
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Referrer-Policy')).toBe('no-referrer');
  expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
  // Chromium warns about the feature name `bluetooth`.
  expect(headers.get('Permissions-Policy')).not.toMatch('bluetooth');
});

async function ask(path: string, headers: Record<string, string>): Promise<Response> {
  return app.request(path, { headers });
}
