/**
 * The import-rule checker: pure functions over source texts by path below `src`, so that the checker itself can be tested
 * on a toy tree. Knows no folder by name; the rules are in `table.ts`.
 */
import { posix } from 'node:path';
import ts from 'typescript';

/** What a folder may import besides itself. `@scope/*`, `node:*` and `$app/*` stand for all that begin so. */
export interface Row {
  folders: string[];
  packages: string[];
}

export type Table = Record<string, Row>;

/** Source text by path below `src`, with `/`. */
export type Sources = ReadonlyMap<string, string>;

/** Every forbidden import as `path imports specifier`, in the order of the sources. */
export function findViolations(sources: Sources, table: Table): string[] {
  return [...sources].flatMap(([path, text]) =>
    listImports(path, text)
      .filter((specifier) => !isAllowed(path, specifier, table))
      .map((specifier) => `${path} imports ${specifier}`)
  );
}

/** Specifiers of all static imports, re-exports, type imports and literal dynamic imports. */
export function listImports(path: string, text: string): string[] {
  const scripts = path.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, code]) => code ?? '')
    : [text];
  return scripts.flatMap((code) => ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName));
}

/** A loop of folders that may import each other, as a readable chain, or undefined. */
export function findCycle(table: Table): string | undefined {
  const done = new Set<string>();
  const visit = (folder: string, chain: string[]): string | undefined => {
    if (chain.includes(folder)) return [...chain.slice(chain.indexOf(folder)), folder].join(' → ');
    if (done.has(folder)) return undefined;
    const loop = neighbours(folder, table)
      .map((next) => visit(next, [...chain, folder]))
      .find(Boolean);
    done.add(folder);
    return loop;
  };
  return Object.keys(table)
    .map((folder) => visit(topOf(folder), []))
    .find(Boolean);
}

/** All folders and packages that `folder` may reach through the table: more than it does, never less. */
export function reach(folder: string, table: Table): Set<string> {
  const reached = new Set<string>();
  const visit = (from: string): void => {
    for (const row of rowsOf(from, table)) row.packages.forEach((name) => reached.add(name));
    for (const next of neighbours(from, table)) {
      if (reached.has(next)) continue;
      reached.add(next);
      visit(next);
    }
  };
  visit(topOf(folder));
  return reached;
}

function isAllowed(path: string, specifier: string, table: Table): boolean {
  const row = table[keyOf(path, table)];
  const target = resolve(path, specifier);
  if (target === undefined) {
    return row?.packages.some((name) => isNamed(specifier, name)) ?? false;
  }
  const folder = topOf(below(target));
  return folder === topOf(below(path)) || (row?.folders.includes(folder) ?? false);
}

/** Path below `src` that a specifier means, or undefined for a package. */
function resolve(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  return specifier.startsWith('$lib/') ? specifier.replace('$lib', 'lib') : undefined;
}

function isNamed(specifier: string, name: string): boolean {
  if (name.endsWith('*')) return specifier.startsWith(name.slice(0, -1));
  return specifier === name || specifier.startsWith(`${name}/`);
}

/** `lib/ui/chart/axis.ts` → `ui/chart/axis`: the library's folders count like those beside it. */
function below(path: string): string {
  return path.replace(/^lib\//, '').replace(/\.[^/]*$/, '');
}

function topOf(folder: string): string {
  return folder.split('/')[0] ?? folder;
}

/** The longest row that the path lies in; empty without one, which permits nothing. */
function keyOf(path: string, table: Table): string {
  const place = `${below(path)}/`;
  const keys = Object.keys(table).filter((key) => place.startsWith(`${key}/`));
  return keys.sort((a, b) => b.length - a.length)[0] ?? '';
}

function rowsOf(top: string, table: Table): Row[] {
  return Object.entries(table).flatMap(([key, row]) => (topOf(key) === top ? [row] : []));
}

function neighbours(top: string, table: Table): string[] {
  return rowsOf(top, table)
    .flatMap((row) => row.folders.map(topOf))
    .filter((folder) => folder !== top);
}
