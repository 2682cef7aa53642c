/** A fault as a person injects it: what, how bad, when and how it grows. Plain data, checked here because it comes from outside. */
import { fail, ok, type Result } from '../domain/result';
import { courseShare, faultCourses, type FaultCourse } from './fault-course';
import { isPumpFault, pumpEffects, type PumpFaultKind } from './pump-faults';
import { sensorFaultKinds, type SensorFaultKind } from './sensor-faults';
import { sensors } from './sensors';

export type FaultKind = PumpFaultKind | SensorFaultKind;

/** A fault of the pump, its surroundings or its instruments. Seconds count from the twin's start. */
export interface TwinFault {
  kind: FaultKind;
  /** 0 nothing … 1 as bad as the catalogue has it. */
  severity: number;
  startS: number;
  course: FaultCourse;
  /** Time in which a ramp or an exponential reaches its severity. A step needs none. */
  durationS: number;
  /** When it is over; null where it stays. */
  untilS: number | null;
  /** The channel of a sensor's fault, null for all of them; null for the pump's faults. */
  channel: string | null;
}

/** Every kind there is, the pump's first. */
export const faultKinds = [...Object.keys(pumpEffects), ...sensorFaultKinds] as readonly FaultKind[];

/** How bad the fault is at a time, 0 … 1. */
export function faultLevel(fault: TwinFault, tS: number): number {
  const { severity, startS, course, durationS, untilS } = fault;
  if (tS < startS || (untilS !== null && tS >= untilS)) return 0;
  return severity * courseShare(course, (tS - startS) / durationS);
}

const limits = { severity: [0, 1], startS: [0, 1e9], durationS: [1e-3, 1e9], untilS: [0, 1e9] } as const;

/**
 * Checks a fault from outside. Only `kind` must be given: severity 1, from the start on, as a step (in an hour, for the other
 * courses), for ever, on all channels. Anything else is refused with the field, its value and what was expected.
 */
export function parseFault(input: unknown): Result<TwinFault> {
  if (typeof input !== 'object' || input === null) return refuse('fault', input, 'an object with a kind');
  const given: Partial<Record<keyof TwinFault, unknown>> = input;
  const kind = faultKinds.find((name) => name === given.kind);
  if (kind === undefined) return refuse('kind', given.kind, `one of ${faultKinds.join(', ')}`);
  const course = faultCourses.find((name) => name === (given.course ?? 'step'));
  if (course === undefined) return refuse('course', given.course, `one of ${faultCourses.join(', ')}`);
  const { severity = 1, startS = 0, durationS = 3600, untilS = null, channel = null } = given;
  for (const [name, value] of Object.entries({ severity, startS, durationS, untilS })) {
    const [low, high] = limits[name as keyof typeof limits];
    const isFine =
      (name === 'untilS' && value === null) || (typeof value === 'number' && value >= low && value <= high);
    if (!isFine) return refuse(name, value, `a number from ${low} to ${high}`);
  }
  const isSensorFault = !isPumpFault(kind);
  if (channel !== null && !(isSensorFault && sensors.some(({ name }) => name === channel)))
    return refuse(
      'channel',
      channel,
      isSensorFault ? 'one of the ten channels' : 'no channel: it is a fault of the pump'
    );
  return ok({ kind, severity, startS, course, durationS, untilS, channel } as TwinFault);
}

function refuse(field: string, found: unknown, expected: string): Result<TwinFault> {
  return fail('bad-plan', `fault, ${field}`, JSON.stringify(found) ?? 'nothing', expected);
}
