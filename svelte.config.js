import { codeVersion } from './src/server/code-version.mjs';
import { precachingAdapter } from './src/server/precaching-adapter.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: true },
  kit: {
    adapter: precachingAdapter({ pages: 'build/client', fallback: '200.html' }),
    // Absolute asset addresses: one shell serves every URL.
    paths: { relative: false },
    // Registered with workbox-window, which asks before a new version takes over.
    serviceWorker: { register: false },
    version: { name: codeVersion(), pollInterval: 0 },
    csp: {
      mode: 'hash',
      directives: {
        'default-src': ['self'],
        'script-src': ['self', 'wasm-unsafe-eval'],
        'worker-src': ['self'],
        'connect-src': ['self'],
        'img-src': ['self', 'blob:', 'data:'],
        'style-src': ['self', 'unsafe-inline'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self']
      }
    }
  }
};
