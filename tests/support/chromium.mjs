/**
 * Finds the Chromium that the browser and e2e tests drive: a path from the environment, then a system browser, then
 * Playwright's own. Plain JavaScript, so that configuration files can import it.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const variables = ['PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH', 'CHROME_PATH', 'CHROME_BIN'];
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Arguments for a headless run: the software WebGPU adapter, and no traffic of the browser's own. */
export const chromiumArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run'
];

/**
 * Path of a Chromium, or undefined when there is none. A path named in the environment that cannot be run is an error:
 * somebody meant that browser and no other.
 * @returns {string | undefined}
 */
export function findChromium() {
  for (const variable of variables) {
    const path = process.env[variable];
    if (!path) continue;
    accessSync(path, constants.X_OK);
    return path;
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'].filter(Boolean);
  for (const name of names) {
    const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
    if (path) return path;
  }
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}
