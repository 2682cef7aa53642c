import { defineConfig } from 'vite';
import { kernels } from '../server/kernels.mjs';

export default defineConfig({
  plugins: [kernels()],
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'build/cli',
    target: 'node20',
    sourcemap: true,
    rolldownOptions: {
      // The thread of the database is a program of its own, found beside whatever starts it: everything lies in one folder.
      input: { main: 'src/cli/main.ts', 'pglite.worker': 'src/server/store/pglite.worker.mjs' },
      output: {
        entryFileNames: ({ name }) => (name === 'pglite.worker' ? '[name].mjs' : '[name].js'),
        chunkFileNames: '[name]-[hash].js'
      }
    }
  },
  // TensorFlow.js imports its own modules without extensions, which plain Node refuses, and reads seedrandom as a bundler does.
  ssr: { noExternal: [/@tensorflow/, 'seedrandom', 'long'] }
});
