import { execFileSync } from 'node:child_process';

/**
 * Names the version of the code: `APP_VERSION` where it is set, else the commit of this checkout, else `dev`.
 * @returns {string}
 */
export function codeVersion() {
  if (process.env.APP_VERSION) return process.env.APP_VERSION;
  try {
    const words = ['rev-parse', '--short=12', 'HEAD'];
    return execFileSync('git', words, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim();
  } catch {
    return 'dev';
  }
}
