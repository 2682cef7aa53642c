/**
 * The twin as a source of live readings: the same port as a socket or a serial line, in real time or faster, with faults to be
 * injected while it runs. The clock is given; what it sends is in `fleet`.
 */
import type { Clock } from '../domain/clock';
import { fail, type Fault, type Result } from '../domain/result';
import type { ReadingSource, SourceListener, SourcePhase, TwinSetup } from '../domain/source';
import type { TwinFault } from './fault';
import { createFleet, nameAssets, type Fleet } from './fleet';

/** A source that can be made to fail. */
export interface TwinSource extends ReadingSource {
  readonly assets: readonly string[];
  /** Injects a fault whose seconds count from now. Refused before `open` and where there is no such pump. */
  inject(asset: string, fault: TwinFault): Result<TwinFault>;
  /** Ends all faults of a pump. */
  clear(asset: string): Result<null>;
  faults(asset: string): readonly TwinFault[];
}

/** Readings come together at most so often. */
const shortestTickMs = 20;
const longestTickMs = 1000;
/** Readings that one call of the listener gets at most; a thread that slept longer has lost the older ones. */
const mostAtOnce = 20_000;

/** What the setup may hold; a source beyond that is refused. */
const limits = {
  pumps: [1, 10_000],
  rateHz: [1e-4, 1000],
  speed: [1e-3, 100_000],
  seed: [0, 2 ** 32 - 1]
} as const;
const mostPerSecond = 200_000;

/**
 * Creates the source; it starts at the clock's time when opened. With `speed` above 1 its time runs ahead of the clock's. An impossible
 * setup ends in phase `refused`.
 */
export function createTwinSource(setup: TwinSetup, listener: SourceListener, clock: Clock): TwinSource {
  const refusal = checkTwinSetup(setup);
  const assets = refusal ? [] : nameAssets(setup.asset, setup.pumps);
  const intervalMs = 1000 / setup.rateHz;
  const tickMs = Math.min(longestTickMs, Math.max(shortestTickMs, intervalMs / setup.pumps / setup.speed));
  let fleet: Fleet | null = null;
  let isOpened = false;
  let isClosed = false;
  let callOff = () => {};
  let lastMs = 0;
  let elapsedMs = 0;

  function open(): void {
    if (isOpened || isClosed) return;
    isOpened = true;
    lastMs = clock.now();
    if (!refusal) fleet = createFleet({ ...setup, intervalMs, startMs: lastMs });
    callOff = clock.after(0, () => {
      tell('connecting', null);
      tell(refusal ? 'refused' : 'open', refusal);
      tick();
    });
  }

  function tick(): void {
    if (!fleet) return;
    const nowMs = clock.now();
    // A clock that was set back does not stop the pumps.
    elapsedMs += setup.speed * (nowMs < lastMs ? tickMs : nowMs - lastMs);
    lastMs = nowMs;
    callOff = clock.after(tickMs, tick);
    const { readings, left } = fleet.take(elapsedMs, mostAtOnce);
    if (left > 0) listener.loss({ kind: 'dropped', count: left, example: overrun(left) });
    if (fleet && readings.length > 0) listener.readings(readings);
  }

  function overrun(left: number): Fault {
    return fail('unexpected', setup.name, `${left} readings due at once too many`, `at most ${mostAtOnce}`).fault;
  }

  function tell(phase: SourcePhase, fault: Fault | null): void {
    listener.state({ phase, sinceMs: clock.now(), attempt: 0, nextTryMs: null, fault });
  }

  async function close(): Promise<void> {
    callOff();
    fleet = null;
    if (isClosed) return;
    isClosed = true;
    tell('closed', null);
  }

  const closed = () => fail('not-found', 'twin', 'a source that is not open', 'an open one');
  return {
    assets,
    open,
    retryNow: () => {},
    close,
    inject: (asset, fault) => fleet?.inject(asset, fault) ?? closed(),
    clear: (asset) => fleet?.clear(asset) ?? closed(),
    faults: (asset) => fleet?.faults(asset) ?? []
  };
}

/** What is impossible about a setup, or null. */
export function checkTwinSetup(setup: TwinSetup): Fault | null {
  for (const [name, [low, high]] of Object.entries(limits)) {
    const value = setup[name as keyof typeof limits];
    if (!(value >= low && value <= high))
      return fail('bad-plan', `twin, ${name}`, String(value), `a number from ${low} to ${high}`).fault;
  }
  if (!Number.isInteger(setup.pumps))
    return fail('bad-plan', 'twin, pumps', String(setup.pumps), 'a whole number').fault;
  const perSecond = setup.pumps * setup.rateHz * setup.speed;
  if (perSecond <= mostPerSecond) return null;
  return fail('bad-plan', 'twin, readings per second', String(perSecond), `at most ${mostPerSecond}`).fault;
}
