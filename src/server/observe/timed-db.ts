/** A database that tells how long each statement and transaction took. */
import type { Db } from '../store/db';

/** Wraps a database; `observe` is told the time in ms, waiting included, and whether it failed. */
export function timeDb(db: Db, nowMs: () => number, observe: (ms: number, isFailed: boolean) => void): Db {
  async function time<T>(work: () => Promise<T>): Promise<T> {
    const startMs = nowMs();
    let isFailed = true;
    try {
      const value = await work();
      isFailed = false;
      return value;
    } finally {
      observe(nowMs() - startMs, isFailed);
    }
  }
  return {
    kind: db.kind,
    query: (text, params) => time(() => db.query(text, params)),
    tx: (work) => time(() => db.tx(work)),
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    close: () => db.close()
  };
}
