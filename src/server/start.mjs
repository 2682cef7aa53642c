/** `npm start`: builds when the sources have changed, then serves. */
import { buildOrExit } from './build-when-needed.mjs';

await buildOrExit(['client', 'server'], console.log);
await import(new URL('../../build/server/main.js', import.meta.url).href);
