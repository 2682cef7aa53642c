import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail } from '$lib/domain/result';
import type { SourceState } from '$lib/domain/source';
import { createConnection, defaultPolicy, waitAfter } from '$lib/ingest/connection';
import type { Try } from '$lib/ingest/connection';
import { createHandClock } from './hand-clock';

const fault = fail('unexpected', 'test', 'gone', 'there').fault;

function createBench(random: () => number = () => 0.5) {
  const clock = createHandClock();
  const states: SourceState[] = [];
  const tries: Try[] = [];
  let held = 0;
  const connection = createConnection({
    clock,
    random,
    connect(attempt) {
      tries.push(attempt);
      held++;
      return () => held--;
    },
    tell: (state) => states.push(state)
  });
  const phases = () => states.map((state) => state.phase);
  return { clock, states, tries, connection, phases, held: () => held, last: () => tries.at(-1)! };
}

describe('connection', () => {
  it('tells nothing from inside open, then connecting and open', () => {
    const bench = createBench();
    bench.connection.open();
    expect(bench.states).toEqual([]);
    bench.clock.advance(0);
    bench.last().opened();
    expect(bench.states).toMatchObject([
      { phase: 'connecting', attempt: 1, nextTryMs: null },
      { phase: 'open', attempt: 0, fault: null }
    ]);
  });

  it('waits ever longer, up to a minute, and says until when and why', () => {
    const bench = createBench(() => 1 - Number.EPSILON);
    bench.connection.open();
    const waits: number[] = [];
    for (let round = 0; round < 9; round++) {
      bench.clock.advance((bench.clock.nextMs ?? 0) - bench.clock.now());
      bench.last().lost(fault);
      const state = bench.states.at(-1)!;
      expect(state).toMatchObject({ phase: 'waiting', attempt: round + 1, fault });
      waits.push(state.nextTryMs! - bench.clock.now());
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('waits briefly again only after it was open for a while', () => {
    const bench = createBench(() => 0);
    bench.connection.open();
    const flap = (openMs: number) => {
      bench.clock.advance((bench.clock.nextMs ?? 0) - bench.clock.now());
      bench.last().opened();
      bench.clock.advance(openMs);
      bench.last().lost(fault);
      return bench.states.at(-1)!.nextTryMs! - bench.clock.now();
    };
    expect([flap(10), flap(10), flap(10)]).toEqual([500, 1000, 2000]);
    expect(flap(defaultPolicy.settledAfterMs)).toBe(500);
  });

  it('gives a silent try up', () => {
    const bench = createBench();
    bench.connection.open();
    bench.clock.advance(defaultPolicy.connectTimeoutMs);
    expect(bench.phases()).toEqual(['connecting', 'waiting']);
    expect(bench.held()).toBe(0);
  });

  it('stays refused until somebody tries', () => {
    const bench = createBench();
    bench.connection.open();
    bench.clock.advance(0);
    bench.last().refused(fault);
    bench.clock.advance(1e9);
    expect(bench.phases()).toEqual(['connecting', 'refused']);
    bench.connection.retryNow();
    bench.clock.advance(0);
    expect(bench.phases()).toEqual(['connecting', 'refused', 'connecting']);
  });

  it('cuts a wait short, once', () => {
    const bench = createBench();
    bench.connection.open();
    bench.clock.advance(0);
    bench.last().lost(fault);
    bench.connection.retryNow();
    bench.connection.retryNow();
    bench.clock.advance(0);
    expect(bench.tries).toHaveLength(2);
    expect(bench.phases()).toEqual(['connecting', 'waiting', 'connecting']);
  });

  it('survives a try that fails while it is being started', () => {
    const clock = createHandClock();
    const phases: string[] = [];
    let released = 0;
    const connection = createConnection({
      clock,
      random: () => 0,
      connect: (attempt) => {
        attempt.refused(fault);
        return () => released++;
      },
      tell: (state) => phases.push(state.phase)
    });
    connection.open();
    clock.advance(0);
    expect(phases).toEqual(['connecting', 'refused']);
    expect(released).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('waits between half and all of the doubled time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const wait = waitAfter(failures, random);
        const whole = Math.min(60_000, 1000 * 2 ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      })
    );
  });

  it('keeps its promises whatever happens in whatever order', () => {
    const event = fc.oneof(
      fc.constantFrom('open', 'retry', 'close', 'opened', 'lost', 'refused', 'late').map((kind) => ({ kind, ms: 0 })),
      fc.integer({ min: 0, max: 90_000 }).map((ms) => ({ kind: 'pass', ms }))
    );
    const after: Record<string, string[]> = {
      connecting: ['open', 'waiting', 'refused', 'closed'],
      open: ['waiting', 'refused', 'closed'],
      waiting: ['connecting', 'closed'],
      refused: ['connecting', 'closed'],
      closed: []
    };
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999 })),
        (events, chance) => {
          const bench = createBench(() => chance.next().value);
          for (const { kind, ms } of events) {
            if (kind === 'open') bench.connection.open();
            else if (kind === 'retry') bench.connection.retryNow();
            else if (kind === 'close') bench.connection.close();
            else if (kind === 'opened') bench.tries.at(-1)?.opened();
            else if (kind === 'lost') bench.tries.at(-1)?.lost(fault);
            else if (kind === 'refused') bench.tries.at(-1)?.refused(fault);
            else if (kind === 'late') bench.tries[0]?.opened();
            else bench.clock.advance(ms);

            const phase = bench.phases().at(-1);
            expect(bench.held()).toBe(phase === 'connecting' || phase === 'open' ? 1 : 0);
            if (phase === 'waiting') expect(bench.clock.pending).toBe(1);
          }
          const phases = bench.phases();
          if (phases.length > 0) expect(['connecting', 'closed']).toContain(phases[0]);
          for (let at = 1; at < phases.length; at++) expect(after[phases[at - 1]!]).toContain(phases[at]);
          bench.connection.close();
          expect([bench.held(), bench.clock.pending]).toEqual([0, 0]);
          const told = bench.states.length;
          bench.connection.retryNow();
          bench.connection.open();
          for (const attempt of bench.tries) attempt.opened();
          bench.clock.advance(1e9);
          expect(bench.states).toHaveLength(told);
        }
      )
    );
  });
});
