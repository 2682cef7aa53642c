/**
 * The log: one JSON object a line on standard error or wherever `LOG_FILE` says. It tells what was asked and how it went, never values,
 * credentials or bodies.
 */
import pino from 'pino';

/** What writes a line. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Creates the log at `level` (`info` where it is none of pino's). */
export function createLog(level: string | undefined): Log {
  const isLevel = level !== undefined && (level === 'silent' || level in pino.levels.values);
  return pino(
    {
      level: isLevel ? level : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) }
    },
    pino.destination({ dest: 2, sync: true })
  );
}
