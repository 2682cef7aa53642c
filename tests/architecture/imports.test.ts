import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCycle, findViolations, listImports, reach } from './imports';
import { pureFolders, table } from './table';

const src = join(import.meta.dirname, '../../src');
const sources = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(ts|mjs|svelte)$/.test(path) && !/\.d\.ts$|vite\.config\.ts$/.test(path))
    .map((path) => [path, readFileSync(join(src, path), 'utf8')])
);

describe('the imports of src', () => {
  test('follow the table', () => {
    expect(sources.size).toBeGreaterThan(30);
    expect(findViolations(sources, table)).toEqual([]);
  });

  test('cannot run in a circle', () => {
    expect(findCycle(table)).toBeUndefined();
  });

  test.each(['routes', 'ui', 'state', 'monitor', 'service-worker'])('never bring TensorFlow.js to %s', (folder) => {
    expect([...reach(folder, table)].filter((name) => name.startsWith('@tensorflow'))).toEqual([]);
  });

  test.each(pureFolders)('never bring a database to %s', (folder) => {
    expect([...reach(folder, table)]).not.toContain('dexie');
  });

  test.each(['routes', 'worker', 'service-worker', ...pureFolders])('never bring the server to %s', (folder) => {
    expect([...reach(folder, table)]).not.toContain('server');
  });

  test('name a worker script in the bridge only, in the thread that has helpers, and where the server has its database', () => {
    const starters = [...sources].filter(([, text]) => /new (Shared)?Worker\(/.test(text)).map(([path]) => path);
    expect(starters.filter((path) => !path.startsWith('lib/bridge/'))).toEqual([
      'lib/worker/scorers.ts',
      'server/store/pglite.ts'
    ]);
  });
});

describe('the checker', () => {
  const toyTable = {
    domain: { folders: [], packages: [] },
    detect: { folders: ['domain'], packages: [] },
    models: { folders: ['domain'], packages: ['@tensorflow/*'] },
    bridge: { folders: ['domain'], packages: ['comlink'] },
    ui: { folders: ['domain'], packages: ['svelte'] },
    'ui/chart': { folders: ['domain'], packages: ['uplot'] },
    routes: { folders: ['ui'], packages: ['svelte', '$app/*'] }
  };
  const toySources = new Map([
    ['lib/domain/score.ts', 'export const none = 0;'],
    ['lib/detect/findings.ts', "import type { Score } from '../domain/score';\nimport './threshold';"],
    ['lib/models/network.ts', "import '@tensorflow/tfjs-core/dist/register_all_gradients';"],
    [
      'lib/ui/chart/Chart.svelte',
      '<script lang="ts">\n  import uPlot from \'uplot\';\n</script>\n<p>import "dexie";</p>'
    ],
    ['lib/ui/Page.svelte', '<script>\n  import Chart from "./chart/Chart.svelte";\n</script>'],
    [
      'routes/+page.svelte',
      '<script>\n  import Page from "$lib/ui/Page.svelte";\n  import { goto } from "$app/navigation";\n</script>'
    ]
  ]);

  test('lets a clean tree pass', () => {
    expect(findViolations(toySources, toyTable)).toEqual([]);
  });

  test('reports exactly the planted leaks', () => {
    const leaks: [string, string, string][] = [
      ['lib/detect/scores.ts', "import { tensor } from '@tensorflow/tfjs-core';", '@tensorflow/tfjs-core'],
      ['lib/domain/asset.ts', "export type { Model } from '../models/network';", '../models/network'],
      ['lib/bridge/client.ts', "type Api = import('../models/network').Api;", '../models/network'],
      ['lib/ui/Plot.svelte', "<script>\n  const plot = await import('uplot');\n</script>", 'uplot'],
      ['routes/+layout.ts', "import { score } from '$lib/models/network';", '$lib/models/network'],
      ['lib/undeclared/thing.ts', "import '../domain/score';", '../domain/score'],
      ['lib/ui/chart/names.ts', "import 'uplotter';", 'uplotter']
    ];
    const tree = new Map([...toySources, ...leaks.map(([path, text]) => [path, text] as const)]);
    expect(findViolations(tree, toyTable)).toEqual(leaks.map(([path, , specifier]) => `${path} imports ${specifier}`));
  });

  test('reads imports, not comments or strings', () => {
    const text = "// import './a';\n/* import './b'; */\nconst c = \"import './c'\";\nexport * from './d';";
    expect(listImports('lib/domain/x.ts', text)).toEqual(['./d']);
  });

  test('finds a planted cycle and names it', () => {
    const looped = { ...toyTable, domain: { folders: ['ui/chart'], packages: [] } };
    expect(findCycle(looped)).toBe('domain → ui → domain');
    expect(findCycle(toyTable)).toBeUndefined();
  });

  test('reaches packages through other folders', () => {
    expect(reach('routes', toyTable)).toEqual(new Set(['svelte', '$app/*', 'ui', 'uplot', 'domain']));
  });
});
