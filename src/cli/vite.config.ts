import { defineConfig } from 'vite';
import { kernels } from '../server/kernels.mjs';

export default defineConfig({
  plugins: [kernels()],
  publicDir: false,
  build: { ssr: 'src/cli/main.ts', outDir: 'build/cli', target: 'node20', sourcemap: true },
  // TensorFlow.js imports its own modules without extensions, which plain Node refuses, and reads seedrandom as a bundler does.
  ssr: { noExternal: [/@tensorflow/, 'seedrandom', 'long'] }
});
