import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { codeVersion } from './src/server/code-version.mjs';
import { devApi } from './src/server/dev-api.mjs';
import { kernels } from './src/server/kernels.mjs';
import { shareDexie } from './src/server/share-dexie.mjs';
import { chromiumArguments, findChromium } from './tests/support/chromium.mjs';

// Only tests drive a browser; a build must not depend on one.
const executablePath = process.env.VITEST ? findChromium() : undefined;

export default defineConfig({
  plugins: [
    shareDexie(),
    kernels(),
    sveltekit(),
    devApi(),
    {
      // Kit names worker assets differently from page assets; without this a file used by both is emitted and cached twice.
      name: 'one-asset-name',
      enforce: 'post',
      config: () => ({
        worker: { rollupOptions: { output: { assetFileNames: '_app/immutable/assets/[name].[hash][extname]' } } }
      })
    }
  ],
  define: { __APP_VERSION__: JSON.stringify(codeVersion()) },
  worker: { format: 'es', plugins: () => [shareDexie()] },
  // `connect-src 'self'` blocks the fetch of a small .wasm inlined as a data: URL.
  build: { assetsInlineLimit: 0 },
  server: { fs: { allow: ['models', 'build/kernels'] } },
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-layers',
      'comlink',
      'dexie',
      'fast-check',
      'papaparse',
      'uplot',
      'valibot',
      'workbox-window'
    ]
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          // Stages hold no state, so their tests need no process of their own each; it halves the time.
          pool: 'threads',
          isolate: false,
          include: ['tests/{unit,architecture}/**/*.test.ts', 'tests/contract/**/*.unit.test.ts'],
          exclude: ['**/*.node.test.ts'],
          testTimeout: 30_000
        }
      },
      {
        extends: true,
        test: {
          // Engines in Node, held against the double-precision reference: too slow for a check; and what needs a database or a socket.
          name: 'node',
          environment: 'node',
          pool: 'threads',
          include: ['tests/**/*.node.test.ts'],
          globalSetup: 'tests/support/postgres-of-run.ts',
          testTimeout: 60_000
        }
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/{browser,contract}/**/*.browser.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: chromiumArguments
              }
            })
          }
        }
      }
    ]
  }
});
