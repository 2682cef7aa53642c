/** `npm run pumpside -- …`: builds the command line when the sources have changed, then runs it with the same arguments. */
import { buildOrExit } from '../server/build-when-needed.mjs';

// Standard output belongs to the command: `--json` is read by programs.
await buildOrExit(['cli'], console.error);
await import(new URL('../../build/cli/main.js', import.meta.url).href);
