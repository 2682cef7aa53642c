/** A program of ours as its build makes it, in a folder of the test's own, where it finds no data but its own. */
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhenNeeded } from '../../src/server/build-when-needed.mjs';

const root = join(import.meta.dirname, '../..');

/** Builds `server` or `cli` where its sources have changed, and copies it; returns the folder, in which the program is `build/NAME/main.js`, beside a client of one empty page. */
export async function buildAside(name: 'server' | 'cli'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  await buildWhenNeeded([name], () => {});
  cpSync(join(root, 'build', name), join(folder, 'build', name), { recursive: true });
  for (const shared of ['node_modules', 'models']) symlinkSync(join(root, shared), join(folder, shared));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'build/client'), { recursive: true });
  const policy = "default-src 'self'; connect-src 'self'";
  const page = `<!doctype html><meta http-equiv="content-security-policy" content="${policy}">`;
  writeFileSync(join(folder, 'build/client/200.html'), page);
  return folder;
}
