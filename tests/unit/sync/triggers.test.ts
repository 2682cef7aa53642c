import { describe, expect, it } from 'vitest';
import type { SyncOutcome } from '$lib/domain/sync-status';
import { createSyncTriggers } from '$lib/sync/triggers';
import { createVirtualTime } from '../../simulation/virtual-time';

const done: SyncOutcome = { kind: 'done', pushed: 0, pulled: 0 };
const later: SyncOutcome = { kind: 'later', why: 'unreachable' };

/** Triggers over a sync that takes a second, or as long as told, and ends as scripted; `runs` holds when each began, ms. */
function create(outcomes: (SyncOutcome | Error)[] = [], everyMs = 60_000, takesMs = 1000) {
  const time = createVirtualTime(0);
  const runs: number[] = [];
  const triggers = createSyncTriggers({
    clock: time,
    random: { uniform: () => 0.5 },
    everyMs,
    async syncOnce() {
      runs.push(time.now());
      await time.pause(takesMs);
      const outcome = outcomes.shift() ?? done;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }
  });
  return { time, runs, triggers };
}

describe('createSyncTriggers', () => {
  it('runs at the start and from time to time', async () => {
    const { time, runs, triggers } = create();
    triggers.tell('start');
    await time.runTo(130_000);
    expect(runs).toEqual([0, 61_000, 122_000]);
    triggers.stop();
    await time.runTo(500_000);
    expect(runs).toHaveLength(3);
  });

  it('sends a write at once, waits for the other ones of its heap, and spreads what a poke asks for', async () => {
    const { time, runs, triggers } = create([], 60_000, 20);
    for (const ms of [0, 50, 120, 190]) time.after(ms, () => triggers.tell('write'));
    time.after(5000, () => triggers.tell('poke'));
    await time.runTo(10_000);
    expect(runs).toEqual([0, 200, 5125]);
  });

  it('lets no write wait for a clock that was set back', async () => {
    const time = createVirtualTime(0);
    let backMs = 0;
    const runs: number[] = [];
    const triggers = createSyncTriggers({
      clock: { now: () => time.now() - backMs, after: time.after },
      random: { uniform: () => 0.5 },
      syncOnce: async () => (runs.push(time.now()), done)
    });
    triggers.tell('write');
    await time.runTo(1000);
    backMs = 3_600_000;
    triggers.tell('write');
    await time.runTo(1500);
    expect(runs).toEqual([0, 1000]);
  });

  it('runs once at a time, and once more for all that came meanwhile', async () => {
    const { time, runs, triggers } = create();
    triggers.tell('start');
    for (const ms of [100, 200, 300]) time.after(ms, () => triggers.tell(ms === 200 ? 'online' : 'write'));
    await time.runTo(10_000);
    expect(runs).toEqual([0, 1000]);
  });

  it('backs off while it fails, longer each time, and not for ever', async () => {
    const { time, runs, triggers } = create(Array<SyncOutcome>(12).fill(later));
    triggers.tell('start');
    time.after(1100, () => triggers.tell('write'));
    await time.runTo(3_600_000);
    const gaps = runs.slice(1, 12).map((atMs, i) => atMs - runs[i]! - 1000);
    expect(gaps.slice(0, 4)).toEqual([1500, 3000, 6000, 12_000]);
    expect(Math.max(...gaps)).toBe(225_000);
  });

  it('goes on hearing of others while what it has waits for a newer backend', async () => {
    const { time, runs, triggers } = create(Array<SyncOutcome>(9).fill({ kind: 'later', why: 'older-backend' }));
    triggers.tell('start');
    for (let n = 1; n < 9; n++) time.after(n * 5000, () => triggers.tell('poke'));
    await time.runTo(45_000);
    expect(runs).toEqual(Array.from({ length: 9 }, (_, n) => (n === 0 ? 0 : n * 5000 + 125)));
  });

  it('waits as long as the backend asks for', async () => {
    const { time, runs, triggers } = create([{ ...later, afterMs: 30_000 }]);
    triggers.tell('start');
    await time.runTo(40_000);
    expect(runs).toEqual([0, 31_000]);
  });

  it('tries at once when there is reason to hope', async () => {
    const { time, runs, triggers } = create([later, later]);
    triggers.tell('start');
    time.after(1200, () => triggers.tell('online'));
    await time.runTo(3000);
    expect(runs).toEqual([0, 1200]);
  });

  it('pauses until somebody signs in or looks', async () => {
    const { time, runs, triggers } = create([{ kind: 'paused', why: 'signed-out' }]);
    triggers.tell('start');
    time.after(2000, () => triggers.tell('write'));
    time.after(3000, () => triggers.tell('poke'));
    await time.runTo(3_600_000);
    expect(runs).toEqual([0]);
    triggers.tell('signed-in');
    await time.runTo(3_601_500);
    expect(runs).toHaveLength(2);
  });

  it('comes back after the ledger has failed', async () => {
    const { time, runs, triggers } = create([new Error('quota')]);
    triggers.tell('start');
    await time.runTo(5000);
    expect(runs).toEqual([0, 2500]);
  });
});
