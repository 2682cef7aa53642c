/**
 * Dexie as one file that the page and every thread load: each is a bundle of its own and would carry its own copy (26 kB as it travels). For
 * `plugins` and for `worker.plugins`; only builds are changed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @returns {import('vite').Plugin} */
export function shareDexie() {
  const path = createRequire(import.meta.url).resolve('dexie/dist/modern/dexie.min.mjs');
  // The map it names is not shipped.
  const source = readFileSync(path, 'utf8').replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const fileName = `_app/immutable/chunks/dexie.${hash}.js`;
  return {
    name: 'share-dexie',
    apply: 'build',
    enforce: 'pre',
    applyToEnvironment: (environment) => environment.name === 'client',
    resolveId: (id) => (id === 'dexie' ? { id: `/${fileName}`, external: 'absolute' } : null),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    }
  };
}
