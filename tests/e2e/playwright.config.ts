import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { chromiumArguments, findChromium } from '../support/chromium.mjs';

const root = join(import.meta.dirname, '../..');
const origin = 'http://127.0.0.1:4471';
const executablePath = findChromium();

export default defineConfig({
  testMatch: '*.e2e.ts',
  outputDir: join(root, 'test-results/e2e'),
  // For `$lib` in what tests share.
  tsconfig: join(root, 'tsconfig.json'),
  forbidOnly: true,
  // A file each: every test has a browser context of its own, and a server of its own where it stops one.
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
