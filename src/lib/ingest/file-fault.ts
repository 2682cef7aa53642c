/**
 * What is thrown where a file turns out to be damaged, or not to be wanted, while its content is being read: a stream has no other
 * way to say so. Whoever starts the reading catches it and hands its fault on as data.
 */
import { fail, type Fault, type FaultCode } from '../domain/result';

/** Carries a fault out of a stream. */
export class FileFault extends Error {
  override name = 'FileFault';
  readonly fault: Fault;

  constructor(code: FaultCode, where: string, found: string, expected: string) {
    super(`${where}: ${found}, expected ${expected}`);
    this.fault = fail(code, where, found, expected).fault;
  }
}

/** The fault an error carries, or null for any other error. */
export function faultOfError(error: unknown): Fault | null {
  return error instanceof FileFault ? error.fault : null;
}
