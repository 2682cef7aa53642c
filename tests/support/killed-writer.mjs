/**
 * A process of its own that writes to a database without end and says after each commit which number it was, for tests that kill it. The
 * environment names the database.
 */
import { join } from 'node:path';
import { runnerImport } from 'vite';

const path = join(import.meta.dirname, 'numbered-writes.ts');
/** @type {{ module: typeof import('./numbered-writes') }} */
const { module } = await runnerImport(path, { configFile: false, logLevel: 'error' });
await module.writeNumbers(process.env, (number) => process.stdout.write(`${number}\n`));
