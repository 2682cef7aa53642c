/**
 * adapter-static, plus the service worker's precache list. The list is written after the build, because Kit's own list
 * lacks the files that are imported inside a worker. Knows nothing of what the files are for.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import adapterStatic from '@sveltejs/adapter-static';

/** Quoteless on purpose: a minifier may change the quotes round the token. */
const token = '%PRECACHE%';
const heavyBytes = 512 * 1024;

/**
 * An adapter that writes a single-page build with everything it needs offline listed in `service-worker.js`.
 * @param {{ pages: string, fallback: string }} options output folder and the page that answers every address
 * @returns {import('@sveltejs/kit').Adapter}
 */
export function precachingAdapter({ pages, fallback }) {
  return {
    name: 'precaching-adapter',
    async adapt(builder) {
      await adapterStatic({ pages, fallback }).adapt(builder);
      const rows = listPrecache(pages, fallback, builder.config.kit.version.name);
      insertPrecache(join(pages, 'service-worker.js'), rows);
      await builder.compress(pages);
    }
  };
}

/**
 * The rows `url` (hashed name) or `url,revision` of all files to be kept for offline use, sorted. Large `.bin` and
 * `.wasm` files are left to the runtime cache; code never is. The fallback's revision carries the version, since a
 * cached page keeps the headers it came with.
 * @param {string} folder
 * @param {string} fallback
 * @param {string} version
 */
export function listPrecache(folder, fallback, version) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((url) => isPrecached(url, join(folder, url)))
    .sort()
    .map((url) => {
      if (/[,;]/.test(url)) throw new Error(`Precache: "${url}" must not contain a comma or a semicolon`);
      if (url.startsWith('_app/immutable/')) return url;
      const hash = createHash('sha256')
        .update(readFileSync(join(folder, url)))
        .digest('hex')
        .slice(0, 16);
      return url === fallback ? `${url},${hash}-${version}` : `${url},${hash}`;
    });
}

/**
 * @param {string} url
 * @param {string} path
 */
function isPrecached(url, path) {
  const stats = statSync(path);
  if (!stats.isFile() || url === 'service-worker.js' || url === '_app/version.json' || url.endsWith('.map'))
    return false;
  return !(/\.(bin|wasm)$/.test(url) && stats.size > heavyBytes);
}

/**
 * Puts the rows in the place of the token, which must stand exactly once in the file.
 * @param {string} path
 * @param {string[]} rows
 */
function insertPrecache(path, rows) {
  const parts = readFileSync(path, 'utf8').split(token);
  if (parts.length !== 2) throw new Error(`Precache: ${path} has ${parts.length - 1} places for the list, expected 1`);
  writeFileSync(path, parts.join(rows.join(';')));
}
