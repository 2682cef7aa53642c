/** A Dexie query as runes: asked again whenever what it read has changed, in this tab, another tab or a worker. */
import { Dexie, liveQuery } from 'dexie';
import { ok, type Fault, type Result } from '../domain/result';
import { StorageFault } from '../domain/storage-fault';

export class Query<T> {
  /** The newest answer; undefined until the first one. */
  value = $state.raw<T | undefined>(undefined);
  fault = $state.raw<Fault | null>(null);
  #subscription: { unsubscribe(): void } | null = null;

  /** Starts asking. Anything asked before is dropped. */
  ask(query: () => Promise<T>): void {
    this.stop();
    this.value = undefined;
    this.fault = null;
    this.#subscription = liveQuery(query).subscribe({
      next: (value) => {
        this.value = value;
        this.fault = null;
      },
      error: (error: unknown) => {
        this.fault = toFault(error);
      }
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
  }
}

/**
 * What is no database's, such as code that is loaded, for a live query to wait for: a promise of Dexie's. After a wait for a promise of the
 * browser's own, the query would not follow what it reads.
 */
export function withinQuery<T>(promise: Promise<T>): Promise<T> {
  return new Dexie.Promise<T>((keep, fail) => void promise.then(keep, fail));
}

/** Asks a database once and hands its fault back as data, so that no page forgets to tell it. */
export async function told<T>(ask: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await ask());
  } catch (error) {
    return { ok: false, fault: toFault(error) };
  }
}

/** Whatever storage threw, as a fault that a page can show. */
function toFault(error: unknown): Fault {
  if (error instanceof StorageFault) return error.asFault();
  return { code: 'storage', where: 'database', found: String(error).slice(0, 200), expected: 'an answer' };
}
