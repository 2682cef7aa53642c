import type { Fault } from '../lib/domain/result';

/** The command was not called as it must be, or what it names is not there. Printed in one line, with a pointer to the usage. */
export class UsageError extends Error {}

/** The stages found something wrong with the input. Printed in one line: place, value, expectation. */
export class InputError extends Error {
  readonly code: Fault['code'];

  constructor({ code, where, found, expected }: Fault) {
    super(`${code}: ${where}: found ${found}; expected ${expected}`);
    this.code = code;
  }
}

/** What the command needs is not to be had, such as a database that somebody else has open. Printed in one line. */
export class CommandError extends Error {}

/** The value of an option or argument that must be there. */
export function need(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw new UsageError(`missing: ${what}`);
  return value;
}

/** A whole number of at least `minimum`, or undefined where the option is not given. */
export function parseCount(value: string | undefined, what: string, minimum = 1): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (!Number.isInteger(count) || count < minimum)
    throw new UsageError(`${what}: "${value}" is not a whole number from ${minimum}`);
  return count;
}
