/**
 * Who may import whom: the table of ARCHITECTURE.md as data. Imports inside a row's own top-level folder are free, type
 * imports count, and what is not listed is forbidden. A subfolder may have a wider row of its own.
 */
import type { Row } from './imports';

const stages = [
  'domain',
  'ingest',
  'simulate',
  'prepare',
  'detect',
  'alarms',
  'diagnose',
  'evaluate',
  'monitor',
  'report'
];

/** Folders that compute: no storage, no page, no server below them. */
export const pureFolders = [...stages, 'lstm', 'models'];

const tensorflow = '@tensorflow/*';
/** Above `src`: the compiled kernels of `build/kernels`. */
const build = '..';

export const table: Record<string, Row> = {
  domain: { folders: [], packages: [] },
  ingest: {
    folders: ['domain'],
    packages: [
      'papaparse',
      'read-excel-file',
      'hyparquet',
      'hyparquet-compressors',
      'mqtt',
      '@bufbuild/protobuf',
      'valibot'
    ]
  },
  simulate: { folders: ['domain'], packages: [] },
  prepare: { folders: ['domain'], packages: [] },
  detect: { folders: ['domain'], packages: [] },
  alarms: { folders: ['domain'], packages: [] },
  evaluate: { folders: ['domain'], packages: [] },
  report: { folders: ['domain'], packages: [] },
  diagnose: { folders: ['domain', 'simulate'], packages: [] },
  lstm: { folders: [], packages: [] },
  'lstm/tensorflow': { folders: [], packages: [tensorflow] },
  models: { folders: ['domain', 'prepare', 'lstm'], packages: ['valibot'] },
  monitor: { folders: ['domain', 'prepare', 'detect', 'diagnose', 'alarms'], packages: [] },
  // The same on both sides: what operations make of entities, the protocol, and the client.
  sync: { folders: ['domain', 'alarms'], packages: ['valibot', 'uuidv7', '@noble/hashes'] },
  storage: { folders: ['domain'], packages: ['dexie'] },
  history: { folders: ['domain', 'storage'], packages: ['dexie'] },
  records: { folders: ['domain', 'storage', 'sync'], packages: ['dexie', 'uuidv7'] },
  bridge: { folders: ['domain'], packages: ['comlink'] },
  worker: {
    folders: [...pureFolders, 'storage', 'history', 'records', 'sync', 'bridge', build],
    packages: ['comlink']
  },
  state: {
    folders: ['domain', 'alarms', 'sync', 'bridge', 'records', 'history'],
    packages: ['svelte', 'dexie', 'workbox-window']
  },
  ui: { folders: ['domain'], packages: ['svelte', '@lucide/svelte'] },
  'ui/chart': { folders: ['domain'], packages: ['svelte', 'uplot'] },
  // `app` is app.css. The reports are files that a page offers to save.
  routes: { folders: ['domain', 'state', 'ui', 'report', 'app'], packages: ['svelte', '$app/*'] },
  'service-worker': { folders: [], packages: ['workbox-precaching', 'workbox-routing', 'workbox-strategies'] },
  server: {
    folders: [...pureFolders, 'sync', build],
    packages: [
      'node:*',
      'hono',
      '@hono/node-server',
      '@electric-sql/pglite',
      'pg',
      'valibot',
      '@valibot/to-json-schema',
      'pino',
      'prom-client',
      'web-push',
      'nodemailer',
      'uuidv7',
      '@sveltejs/adapter-static',
      'assemblyscript'
    ]
  },
  // The starter shares the server's "build when needed".
  cli: { folders: [...pureFolders, 'server', build], packages: ['node:*', 'ws'] }
};
