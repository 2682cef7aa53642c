/** A program of ours as its build makes it, in a folder of the test's own: `build/` belongs to whoever works here. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** Builds `server` or `cli`; returns the folder, in which the program is `build/NAME/main.js`, beside a client of one empty page. */
export async function buildAside(name: 'server' | 'cli'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const words = ['build', '--config', `src/${name}/vite.config.ts`, '--outDir', join(folder, 'build', name)];
  await promisify(execFile)(process.execPath, [vite, ...words], { cwd: root, env: { ...process.env, NODE_ENV: '' } });
  for (const shared of ['node_modules', 'models']) symlinkSync(join(root, shared), join(folder, shared));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'build/client'), { recursive: true });
  const policy = "default-src 'self'; connect-src 'self'";
  const page = `<!doctype html><meta http-equiv="content-security-policy" content="${policy}">`;
  writeFileSync(join(folder, 'build/client/200.html'), page);
  return folder;
}
