/**
 * What a stage hands back when its input may be bad: a value, or a fault that says where, what was found and what was expected.
 * Plain data, because error classes do not survive a thread boundary.
 */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** The kinds of fault a person can do something about. `ui` turns the code into words. */
export type FaultCode =
  | 'no-time-column'
  | 'no-numeric-channel'
  | 'no-row'
  | 'time-runs-back'
  | 'not-text'
  | 'damaged-file'
  | 'refused-archive'
  | 'bad-plan'
  | 'bad-rule'
  /** The device's own ledger refuses what a person wants to have done. */
  | 'bad-act'
  | 'bad-recipe'
  | 'bad-model'
  | 'golden-mismatch'
  | 'too-little-healthy-data'
  | 'training-diverged'
  | 'not-found'
  | 'quota'
  | 'storage-closed'
  | 'storage'
  | 'no-backend'
  | 'worker-died'
  | 'cancelled'
  /** The backend does not answer. */
  | 'unreachable'
  /** The backend does not know who asks. */
  | 'signed-out'
  /** The backend answers no, and says why. */
  | 'refused'
  | 'unexpected';

/** One thing that went wrong: `where` (file, line, column, key), `found` (the value, shortened) and `expected`. */
export interface Fault {
  code: FaultCode;
  where: string;
  found: string;
  expected: string;
}

/** Wraps a value that is fine. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps a fault. `found` is cut to 200 characters so that a whole file never travels inside an error. */
export function fail(code: FaultCode, where: string, found: string, expected: string): { ok: false; fault: Fault } {
  return { ok: false, fault: { code, where, found: found.slice(0, 200), expected } };
}
