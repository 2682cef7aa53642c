/** Lets time pass on a hand clock while promises and streams catch up between its timers. */
import type { HandClock } from '../ingest-live/hand-clock';

/** Lets what is ready run: promises, and the streams of Node, which need several turns. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets so many ms pass, timer by timer. */
export async function turn(clock: HandClock, milliseconds: number): Promise<void> {
  const endMs = clock.now() + milliseconds;
  await settle();
  while (clock.nextMs !== null && clock.nextMs <= endMs) {
    clock.advance(Math.max(0, clock.nextMs - clock.now()));
    await settle();
  }
  clock.advance(endMs - clock.now());
}
