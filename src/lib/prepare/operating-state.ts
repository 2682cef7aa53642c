/**
 * Whether the pump is off, starting or running, from its speed and current (thresholds of the domain reference, 10.1). A stage of its own
 * because what may be expected of any other signal depends on it. Must not know any other channel.
 */

/** `unknown` where neither is known, or one says off and the other on. */
export type OperatingState = 'unknown' | 'off' | 'starting' | 'running';

export interface OperatingRule {
  /** Below this the shaft counts as standing still, 1/min. */
  offBelowRpm: number;
  /** Below this the motor counts as switched off, A; null where its size is not known, and the current then says nothing. */
  offBelowA: number | null;
  /** For so long after it was seen to be on for the first time, currents and pressures are those of a start, s. */
  startingS: number;
}

/** Follows one pump; any grouping of the same rows gives the same states. */
export interface OperatingTracker {
  /** The state at the next row; `rpm` and `ampere` are NaN where they are not known. */
  next(tMs: number, rpm: number, ampere: number): OperatingState;
}

/** Creates the tracker. A pump that is on with its first row counts as starting, because when it was started is not known. */
export function createOperatingTracker({ offBelowRpm, offBelowA, startingS }: OperatingRule): OperatingTracker {
  let onSinceMs = NaN;

  return {
    next(tMs, rpm, ampere) {
      const turns = Number.isNaN(rpm) ? null : Math.abs(rpm) >= offBelowRpm;
      const draws = offBelowA === null || Number.isNaN(ampere) ? null : ampere >= offBelowA;
      const isOn = turns ?? draws;
      // A missing value does not stop the pump; a contradiction leaves open what it does.
      if (isOn === null) return 'unknown';
      if (draws !== null && draws !== isOn) return 'unknown';
      if (!isOn) {
        onSinceMs = NaN;
        return 'off';
      }
      if (Number.isNaN(onSinceMs)) onSinceMs = tMs;
      return tMs - onSinceMs < startingS * 1000 ? 'starting' : 'running';
    }
  };
}
