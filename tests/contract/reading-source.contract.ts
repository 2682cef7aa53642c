/** What every `ReadingSource` must do, whatever it speaks. Run on real servers that die and come back. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import type { ReadingSource, SourceListener } from '$lib/domain/source';
import { createNotes } from '../unit/ingest-live/listener';
import type { Notes } from '../unit/ingest-live/listener';

/** A server at an address that stays the same, and sources for it. */
export interface SourcePlace {
  /** Starts the server, or starts it again. */
  start(): Promise<void>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Makes the server send one frame: channel `n` of asset `P-101A`, one second later each. */
  send(n: number): Promise<void> | void;
  createSource(listener: SourceListener, clock: Clock): ReadingSource;
}

const startMs = 1_764_000_000_000;
const timeout = { timeout: 15_000, interval: 10 };

/** The time of the `n`-th frame. */
export const timeOf = (n: number): number => startMs + n * 1000;

/** The machine's clock; waits are `haste` times shorter than asked for. */
function createClock(haste = 1): Clock {
  return {
    now: () => Date.now(),
    after(milliseconds, act) {
      const timer = setTimeout(act, milliseconds / haste);
      return () => clearTimeout(timer);
    }
  };
}

export function describeReadingSource(adapter: string, createPlace: () => SourcePlace): void {
  describe(`ReadingSource contract: ${adapter}`, () => {
    let place: SourcePlace;
    let notes: Notes;
    let source: ReadingSource;
    const phases = () => notes.states.map((state) => state.phase);
    const reach = (phase: string) => vi.waitFor(() => expect(phases().at(-1)).toBe(phase), timeout);
    const values = () => notes.all.map((reading) => reading.values[0]);

    function openSource(clock: Clock): void {
      source = place.createSource(notes, clock);
      source.open();
    }

    beforeEach(() => {
      place = createPlace();
      notes = createNotes();
    });

    afterEach(async () => {
      await source.close();
      await place.kill();
    });

    it('connects without telling anything from inside open', async () => {
      await place.start();
      openSource(createClock());
      expect(notes.calls).toBe(0);
      await reach('open');
      expect(phases()).toEqual(['connecting', 'open']);
      expect(notes.states.at(-1)).toMatchObject({ attempt: 0, nextTryMs: null, fault: null });
    });

    it('tells readings in the order they were sent, with asset, time and value', async () => {
      await place.start();
      openSource(createClock());
      await reach('open');
      const sent = Array.from({ length: 200 }, (_, n) => n);
      for (const n of sent) await place.send(n);
      await vi.waitFor(() => expect(values()).toEqual(sent), timeout);
      expect(notes.all.map((reading) => reading.tMs)).toEqual(sent.map(timeOf));
      expect(new Set(notes.all.map((reading) => reading.asset))).toEqual(new Set(['P-101A']));
      expect(new Set(notes.all.map((reading) => reading.layout))).toHaveLength(1);
      expect(notes.losses).toEqual([]);
    });

    it('waits for a server that is not there, ever longer, and says why and until when', async () => {
      openSource(createClock(10));
      await vi.waitFor(() => expect(phases().filter((phase) => phase === 'waiting').length).toBe(3), timeout);
      await place.start();
      await reach('open');
      const waits = notes.states.filter((state) => state.phase === 'waiting');
      expect(waits.every((state) => state.fault !== null && state.nextTryMs! > state.sinceMs)).toBe(true);
      expect(waits[2]!.nextTryMs! - waits[2]!.sinceMs).toBeGreaterThan(waits[0]!.nextTryMs! - waits[0]!.sinceMs);
      expect(waits.map((state) => state.attempt)).toEqual(waits.map((_, i) => i + 1));
    });

    it('comes back after the death of the server, and goes on', async () => {
      await place.start();
      openSource(createClock(10));
      await reach('open');
      await place.send(1);
      await vi.waitFor(() => expect(values()).toEqual([1]), timeout);
      await place.kill();
      await vi.waitFor(() => expect(phases()).toContain('waiting'), timeout);
      await place.start();
      await reach('open');
      await place.send(2);
      await vi.waitFor(() => expect(values()).toEqual([1, 2]), timeout);
      expect(phases().slice(0, 3)).toEqual(['connecting', 'open', 'waiting']);
    });

    it('tries at once when it is told to', async () => {
      await place.start();
      // Left to itself it would wait for a minute or more.
      openSource(createClock(0.01));
      await reach('open');
      await place.kill();
      await reach('waiting');
      await place.start();
      source.retryNow();
      await reach('open');
      expect(phases()).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
    });

    it('is silent once it is closed', async () => {
      await place.start();
      openSource(createClock());
      await reach('open');
      await place.send(1);
      await vi.waitFor(() => expect(values()).toEqual([1]), timeout);
      await source.close();
      expect(phases().at(-1)).toBe('closed');
      const told = notes.calls;
      // A second source hears what the first must not: when it has, the first would have.
      const others = createNotes();
      const other = place.createSource(others, createClock());
      other.open();
      await vi.waitFor(() => expect(others.states.at(-1)?.phase).toBe('open'), timeout);
      await place.send(2);
      await vi.waitFor(() => expect(others.all).toHaveLength(1), timeout);
      await other.close();
      source.retryNow();
      source.open();
      await place.kill();
      expect(notes.calls).toBe(told);
    });
  });
}
