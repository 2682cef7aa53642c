/**
 * The built client, read once into memory: a few megabytes, answered with strong ETags and the compressed variants the
 * build has made. Knows nothing of routes.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getMimeType } from 'hono/utils/mime';

type Encoding = 'br' | 'gzip' | 'identity';

/** One file: its media type and its bytes per content encoding. */
export interface StaticFile {
  type: string;
  variants: Partial<Record<Encoding, Variant>>;
}

interface Variant {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

const encodingOf: Record<string, Encoding> = { '.br': 'br', '.gz': 'gzip' };

/** All files below `folder` by their address (`/_app/version.json`). `x.br` and `x.gz` become variants of `x`. */
export function readStaticFiles(folder: string): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!statSync(join(folder, path)).isFile()) continue;
    const encoding = encodingOf[path.slice(-3)] ?? 'identity';
    const address = '/' + (encoding === 'identity' ? path : path.slice(0, -3)).replaceAll('\\', '/');
    const file = files.get(address) ?? { type: getMimeType(address) ?? 'application/octet-stream', variants: {} };
    file.variants[encoding] = readVariant(join(folder, path));
    files.set(address, file);
  }
  return files;
}

function readVariant(path: string): Variant {
  const bytes = new Uint8Array(readFileSync(path));
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
}

/** The answer to a GET of `file`: the best variant the client accepts, or 304 if it has it already. */
export function answerFile(file: StaticFile, request: Request, headers: Record<string, string>): Response {
  const encoding = chooseEncoding(file, request.headers.get('Accept-Encoding') ?? '');
  const variant = file.variants[encoding];
  if (!variant) throw new Error(`A file of type ${file.type} has only compressed variants`);
  const common = { ...headers, ETag: variant.etag, Vary: 'Accept-Encoding' };
  if (hasETag(request.headers.get('If-None-Match') ?? '', variant.etag)) {
    return new Response(null, { status: 304, headers: common });
  }
  return new Response(variant.bytes, {
    headers: {
      ...common,
      'Content-Type': file.type,
      'Content-Length': String(variant.bytes.byteLength),
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding })
    }
  });
}

function chooseEncoding(file: StaticFile, accepted: string): Encoding {
  const names = accepted
    .split(',')
    .map((item) => item.replaceAll(' ', '').toLowerCase())
    .filter((item) => !/;q=0(\.0*)?$/.test(item))
    .map((item) => item.split(';')[0]);
  return (['br', 'gzip'] as const).find((name) => file.variants[name] && names.includes(name)) ?? 'identity';
}

function hasETag(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
