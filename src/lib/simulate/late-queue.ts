/** What is held back until its time has come: packets on a slow way. */

/** A queue by due time. */
export interface LateQueue<T> {
  hold(dueMs: number, item: T): void;
  /** Takes out what is due at a time, the earliest first. */
  takeDue(nowMs: number): T[];
}

/** Creates an empty queue. It holds what a pump sends in half a minute at most, so it is searched plainly. */
export function createLateQueue<T>(): LateQueue<T> {
  let held: { dueMs: number; item: T }[] = [];

  function takeDue(nowMs: number): T[] {
    if (!held.some(({ dueMs }) => dueMs <= nowMs)) return [];
    const due = held.filter(({ dueMs }) => dueMs <= nowMs);
    held = held.filter(({ dueMs }) => dueMs > nowMs);
    return due.sort((a, b) => a.dueMs - b.dueMs).map(({ item }) => item);
  }

  return { hold: (dueMs, item) => held.push({ dueMs, item }), takeDue };
}
