/** The edge of a thread: whatever is thrown inside crosses as a fault, because error classes do not survive the way. */
import { fail, type Result } from '../domain/result';
import { StorageFault } from '../domain/storage-fault';
import { faultOfError } from '../ingest/file-fault';

/** Runs a call and turns anything thrown into a fault that names the call. */
export async function guard<T>(where: string, run: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StorageFault) return { ok: false, fault: error.asFault() };
    const fileFault = faultOfError(error);
    if (fileFault) return { ok: false, fault: fileFault };
    return fail(
      'unexpected',
      where,
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      'no error'
    );
  }
}

/** Takes the lock by whose release the page learns that this thread has ended; resolves once it is held. */
export function holdLifeLock(lockName: string): Promise<void> {
  return new Promise((held) => {
    void navigator.locks.request(lockName, () => {
      held();
      return new Promise<never>(() => {});
    });
  });
}
