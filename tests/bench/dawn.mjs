/**
 * `node tests/bench/dawn.mjs [--software] [--quick] [--json FILE] [--markdown FILE]`: builds `dawn/main.ts` into one folder with
 * Dawn's binary and runs it there. `--software` takes the Vulkan driver beside Chromium, `--quick` what such a driver can do
 * in a minute. The folder runs alone: `node build/bench/dawn/main.js`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, runnerImport } from 'vite';
import { findChromium } from '../support/chromium.mjs';

/** @typedef {typeof import('./peers')} PeersModule */

const folder = join(import.meta.dirname, '../../build/bench');
const output = join(folder, 'dawn');
const driverFile = 'vk_swiftshader_icd.json';

/** @type {{ module: PeersModule }} */
const { module } = await runnerImport(join(import.meta.dirname, 'peers.ts'), { configFile: false });
const peers = await module.installPeers(join(folder, 'peers'), console.error);
await build({
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  resolve: { alias: { $lib: join(import.meta.dirname, '../../src/lib') } },
  build: {
    ssr: join(import.meta.dirname, 'dawn/main.ts'),
    outDir: output,
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'main.mjs' } }
  },
  ssr: { noExternal: true }
});
const platform = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
cpSync(peers.locate('webgpu', `dist/${platform}/dawn.node`), join(output, 'dawn.node'));

const given = process.argv.slice(2);
const env = { ...process.env };
if (given.includes('--software')) {
  const driver = findSoftwareDriver();
  env.VK_DRIVER_FILES = join(driver, driverFile);
  env.LD_LIBRARY_PATH = driver; // the Vulkan loader lies there too
}
const { status } = spawnSync(
  process.execPath,
  [join(output, 'main.mjs'), ...given.filter((flag) => flag !== '--software')],
  {
    env,
    stdio: 'inherit'
  }
);
process.exitCode = status ?? 1;

/** The folder of the SwiftShader that came with Chromium. */
function findSoftwareDriver() {
  const chromium = findChromium();
  if (!chromium) throw new Error('--software needs a Chromium; set CHROME_PATH to one');
  const places = [dirname(realpathSync(chromium)), '/usr/lib/chromium'];
  const driver = places.find((place) => existsSync(join(place, driverFile)));
  if (!driver) throw new Error(`no ${driverFile} in ${places.join(', ')}`);
  return driver;
}
