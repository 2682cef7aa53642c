import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listPrecache } from '../../../src/server/precaching-adapter.mjs';

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pumpside-precache-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('lists hashed names alone, other files with a revision, the shell with its version', () => {
  write('200.html', '<h1>Pumpside</h1>');
  write('icon.svg', '<svg/>');
  write('_app/immutable/workers/engine-1.js', 'postMessage(1)');
  // sha256 of the two texts, first 16 digits.
  expect(listPrecache(folder, '200.html', 'v7')).toEqual([
    '200.html,83ca28ef1944f114-v7',
    '_app/immutable/workers/engine-1.js',
    'icon.svg,d4dc56669143034f'
  ]);
});

test('leaves out what the worker fetches itself and what is heavy, but never code', () => {
  write('service-worker.js', '');
  write('_app/version.json', '{}');
  write('_app/immutable/chunks/a.js.map', '{}');
  const large = 'x'.repeat(512 * 1024 + 1);
  write('_app/immutable/assets/weights.bin', large);
  write('_app/immutable/assets/kernel.wasm', large);
  write('_app/immutable/assets/small.wasm', large.slice(1));
  write('_app/immutable/workers/large.js', large);
  expect(listPrecache(folder, '200.html', 'v7')).toEqual([
    '_app/immutable/assets/small.wasm',
    '_app/immutable/workers/large.js'
  ]);
});

test('refuses a name that would break the list', () => {
  write('a;b.svg', '<svg/>');
  expect(() => listPrecache(folder, '200.html', 'v7')).toThrow('"a;b.svg" must not contain a comma or a semicolon');
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
