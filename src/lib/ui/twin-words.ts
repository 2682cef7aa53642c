/** What a simulated pump can be made to have, in words. Apart from `words` because only its panel needs them. */
import type { FaultWish } from '../domain/live';

/** By the codes that the twin names; a code that is new is shown as it is. */
const kinds: Record<string, string> = {
  cavitation: 'Cavitation',
  strainer: 'Clogged suction strainer',
  'low-tank': 'Suction tank nearly empty',
  throttled: 'Discharge valve throttled',
  'dead-head': 'Discharge valve closed',
  'dry-run': 'Running dry',
  leak: 'Leak in the discharge line',
  burst: 'Burst discharge line',
  'impeller-wear': 'Worn impeller',
  'wear-ring': 'Worn wear ring',
  gas: 'Gas in the liquid',
  'bearing-wear': 'Bearing wear',
  'lube-loss': 'Loss of lubricant',
  'over-greased': 'Too much grease',
  unbalance: 'Unbalance',
  misalignment: 'Misaligned coupling',
  looseness: 'Mechanical looseness',
  'seal-leak': 'Leaking shaft seal',
  rub: 'Rotor rubbing',
  'rotor-blocked': 'Rotor blocked',
  'phase-loss': 'Lost motor phase',
  overload: 'Motor overload',
  'wrong-rotation': 'Turning backwards',
  'check-valve': 'Leaking check valve',
  'speed-change': 'No fault: lower speed',
  'hot-ambient': 'No fault: hot surroundings',
  'hot-product': 'No fault: hot liquid',
  'tank-level': 'No fault: lower tank level',
  'switched-off': 'No fault: switched off',
  'sensor-dropout': 'Sensors: values lost',
  'sensor-stuck': 'Sensors: values stand still',
  'sensor-drift': 'Sensors: values drift away',
  'sensor-spike': 'Sensors: spikes',
  'sensor-coarse': 'Sensors: coarse values',
  'late-packets': 'Line: readings come late'
};

const courses: Record<FaultWish['course'], string> = {
  step: 'At once',
  ramp: 'Evenly',
  exponential: 'Ever faster, as wear does'
};

/** The name of a fault. */
export function twinFaultWord(kind: string): string {
  return kinds[kind] ?? kind.replaceAll('-', ' ');
}

/** How a fault comes. */
export function faultCourseWord(course: FaultWish['course']): string {
  return courses[course];
}
