/** `npm run build`: the same as `npm start` and `npm run pumpside` do by themselves, ahead of time. */
import { buildOrExit } from './build-when-needed.mjs';

await buildOrExit(['client', 'server', 'cli'], console.log);
console.log('build/ is up to date.');
