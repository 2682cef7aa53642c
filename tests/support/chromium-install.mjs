/** Makes sure that there is a Chromium for the tests: finds one, or installs it by the means at hand. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium } from './chromium.mjs';

const playwright = join(import.meta.dirname, '../../node_modules/playwright/cli.js');

/**
 * Path of a Chromium that starts. Tries what is there, then Playwright's download, then, as root, Debian's package; each
 * try is told by `say`. Throws with advice when all fail.
 * @param {(line: string) => void} say
 * @returns {string}
 */
export function provideChromium(say) {
  const found = startable();
  if (found) return tell(`Chromium: ${found}`, found, say);

  say('Chromium: none found; asking Playwright for one.');
  succeeds(process.execPath, playwright, 'install', 'chromium');
  const downloaded = startable();
  if (downloaded) return tell(`Chromium: installed ${downloaded}`, downloaded, say);

  if (process.getuid?.() === 0) {
    say('Chromium: Playwright could not; asking apt-get for the package "chromium".');
    if (succeeds('apt-get', 'update')) succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'chromium');
    const packaged = startable();
    if (packaged) return tell(`Chromium: installed ${packaged}`, packaged, say);
  }
  throw new Error('No Chromium could be found or installed. Install one, or name one in CHROME_PATH.');
}

/** The Chromium found, if it starts: a downloaded one may lack libraries of the system. */
function startable() {
  const path = findChromium();
  return path && succeeds(path, '--version') ? path : undefined;
}

/**
 * @param {string} program
 * @param {string[]} parameters
 */
function succeeds(program, ...parameters) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, parameters, { stdio: 'ignore', env }).status === 0;
}

/**
 * @param {string} line
 * @param {string} path
 * @param {(line: string) => void} say
 */
function tell(line, path, say) {
  say(line);
  return path;
}
