/**
 * Several twins that send a reading each per interval, one after the other, so that a fleet of thousands costs the same at every
 * moment. Time is simulated and given from outside: this file has no clock.
 */
import { Quality } from '../domain/reading-block';
import type { Reading } from '../domain/reading';
import { fail, ok, type Result } from '../domain/result';
import type { TwinFault } from './fault';
import { createLateQueue } from './late-queue';
import { shelteredOperation } from './operation';
import { sensorLayout, sensors } from './sensors';
import { createTwin, type Twin } from './twin';

/** Which pumps. All run the everyday load under a roof, warm, each at its own place in the cycle. */
export interface FleetOptions {
  /** The pump's name; of several pumps, what their numbers are put behind. */
  asset: string;
  pumps: number;
  intervalMs: number;
  seed: number;
  /** Time of the first reading, ms since 1970 UTC. */
  startMs: number;
}

/** Pumps to be asked for what they have sent. */
export interface Fleet {
  readonly assets: readonly string[];
  /**
   * Readings with their time of arrival up to `elapsedMs` after the start that were not given before, at most `most` new ones: what is
   * more is left out, the oldest first, and counted.
   */
  take(elapsedMs: number, most: number): { readings: Reading[]; left: number };
  /** Injects a fault whose seconds count from now; `not-found` where there is no such pump. */
  inject(asset: string, fault: TwinFault): Result<TwinFault>;
  clear(asset: string): Result<null>;
  /** Faults of a pump, their seconds counted from the start. */
  faults(asset: string): readonly TwinFault[];
}

/** More faults at once are refused. */
const mostFaults = 32;
const minutesApart = 37;

/** Names of the pumps: the name itself, or with numbers from 1 on, as long as the longest. */
export function nameAssets(asset: string, pumps: number): string[] {
  if (pumps === 1) return [asset];
  const digits = String(pumps).length;
  return Array.from({ length: pumps }, (_, i) => `${asset}-${String(i + 1).padStart(digits, '0')}`);
}

/** Creates the fleet. A pump is made when its first reading is due. */
export function createFleet({ asset, pumps, intervalMs, seed, startMs }: FleetOptions): Fleet {
  const assets = nameAssets(asset, pumps);
  const numbers = new Map(assets.map((name, i) => [name, i]));
  const twins: Twin[] = [];
  const late = createLateQueue<Reading>();
  const values = new Float64Array(sensors.length);
  const spacingMs = intervalMs / pumps;
  /** Readings made so far, of all pumps together. */
  let made = 0;

  function twinOf(pump: number): Twin {
    return (twins[pump] ??= createTwin({
      seed: seed + pump,
      startMs,
      operation: { ...shelteredOperation, cycleStartMinute: pump * minutesApart },
      // A fleet steps once per reading: lags are exact over any step.
      stepS: Infinity,
      isWarm: true
    }));
  }

  function take(elapsedMs: number, most: number): { readings: Reading[]; left: number } {
    const due = Math.floor(elapsedMs / spacingMs) + 1;
    const left = Math.max(0, due - made - most);
    made += left;
    const readings: Reading[] = [];
    for (; made < due; made++) {
      const tMs = made * spacingMs;
      const reading = readTwin(made % pumps, tMs);
      const delayS = twinOf(made % pumps).delayS();
      if (delayS > 0) late.hold(tMs + 1000 * delayS, reading);
      else readings.push(reading);
    }
    readings.push(...late.takeDue(elapsedMs));
    return { readings, left };
  }

  function readTwin(pump: number, elapsedMs: number): Reading {
    const twin = twinOf(pump);
    const seconds = elapsedMs / 1000 - twin.elapsedS();
    if (seconds > 0) twin.advance(seconds);
    twin.measure(Math.max(seconds, intervalMs / 1000), values);
    const isWhole = !values.some(Number.isNaN);
    return {
      asset: assets[pump]!,
      tMs: Math.round(startMs + elapsedMs),
      layout: sensorLayout,
      values: Float32Array.from(values),
      quality: isWhole
        ? null
        : Uint8Array.from(values, (value) => (Number.isNaN(value) ? Quality.missing : Quality.good)),
      isHistorical: false
    };
  }

  function find(name: string): Result<Twin> {
    const pump = numbers.get(name);
    if (pump === undefined) return fail('not-found', 'fault, asset', name, `one of ${assets.slice(0, 5).join(', ')} …`);
    return ok(twinOf(pump));
  }

  function inject(name: string, fault: TwinFault): Result<TwinFault> {
    const found = find(name);
    if (!found.ok) return found;
    const twin = found.value;
    const count = twin.faults().length;
    if (count >= mostFaults)
      return fail('bad-plan', name, `${count} faults`, `at most ${mostFaults}; clear some first`);
    const nowS = twin.elapsedS();
    const placed = {
      ...fault,
      startS: nowS + fault.startS,
      untilS: fault.untilS === null ? null : nowS + fault.untilS
    };
    twin.inject(placed);
    return ok(placed);
  }

  function clear(name: string): Result<null> {
    const found = find(name);
    if (!found.ok) return found;
    found.value.clear();
    return ok(null);
  }

  function faults(name: string): readonly TwinFault[] {
    const found = find(name);
    return found.ok ? found.value.faults() : [];
  }

  return { assets, take, inject, clear, faults };
}
