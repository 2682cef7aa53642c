import { defineConfig } from 'vite';
import { codeVersion } from './code-version.mjs';
import { kernels } from './kernels.mjs';

// npm dependencies stay outside the bundle: a server is installed with `npm ci --omit=dev`.
export default defineConfig({
  plugins: [kernels()],
  define: { __APP_VERSION__: JSON.stringify(codeVersion()) },
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'build/server',
    target: 'node20',
    sourcemap: true,
    rolldownOptions: {
      // The thread of the database is a program of its own, found beside whatever starts it: everything lies in one folder.
      input: { main: 'src/server/main.ts', 'pglite.worker': 'src/server/store/pglite.worker.mjs' },
      output: {
        entryFileNames: ({ name }) => (name === 'pglite.worker' ? '[name].mjs' : '[name].js'),
        chunkFileNames: '[name]-[hash].js'
      }
    }
  }
});
