import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumArguments, findChromium } from '../support/chromium.mjs';

const root = join(import.meta.dirname, '../..');
const origin = 'http://127.0.0.1:4471';
const executablePath = findChromium();

/** What counts milliseconds of the page runs beside nothing else. */
const timed = 'main-job.e2e.ts';

export default defineConfig({
  projects: [
    // A file each: every test has a browser context of its own, and a server of its own where it stops one.
    { name: 'side by side', testMatch: '*.e2e.ts', testIgnore: timed, workers: 2 },
    { name: 'alone', testMatch: timed, workers: 1, dependencies: ['side by side'] }
  ],
  outputDir: join(root, 'test-results/e2e'),
  // For `$lib` in what tests share.
  tsconfig: join(root, 'tsconfig.json'),
  forbidOnly: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['json', { outputFile: join(root, 'test-results/e2e.json') }]],
  use: {
    baseURL: origin,
    // A tablet, landscape.
    viewport: { width: 1280, height: 800 },
    launchOptions: { args: chromiumArguments, ...(executablePath ? { executablePath } : {}) }
  },
  webServer: {
    command: 'node build/server/main.js',
    cwd: root,
    url: `${origin}/api/ping`,
    env: { PORT: new URL(origin).port, PUMPSIDE_DATA_DIR: join(root, 'test-results/e2e-data') },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5000 }
  }
});
