import { defineConfig } from 'vite';

// npm dependencies stay outside the bundle: a server is installed with `npm ci --omit=dev`.
export default defineConfig({
  publicDir: false,
  build: { ssr: 'src/server/main.ts', outDir: 'build/server', target: 'node20', sourcemap: true }
});
