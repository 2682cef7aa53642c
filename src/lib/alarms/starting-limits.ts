/**
 * The rows of the master alarm table that a pump starts with, as data: limits, slopes and zones by channel (domain reference 5.6, 6.1, 13.6),
 * and for each why it is worth a person's time (after the fault tables, 11.1 and 11.2). Starting values, to be edited for the pump at hand.
 * The texts are entries of a table that people go on to write, like a pump's name, not words of the app.
 */
import type { AlarmPriority, Deadband, LimitLevel, SuppressingState } from '../domain/alarm';
import type { PumpChannelId } from '../domain/pump-channel';

/** What happens if nobody acts, what to do, within how many minutes (null: at leisure), and why it may have come. */
export interface Rationale {
  consequence: string;
  action: string;
  respondWithinMin: number | null;
  causes: string[];
}

/** Deadband and delays by kind of signal (5.6). The speed has no row there: ours. */
export interface Damping {
  clearBand: Deadband;
  delayMs: number;
}

export interface StartingLimit extends Rationale {
  channel: PumpChannelId;
  level: LimitLevel;
  limit: number;
  priority: AlarmPriority;
  /**
   * Where the limit means something: on any pump, on the reference pump (60 m³/h, 50 m, 15 kW), or on that only while its speed is fixed: a
   * drive sets another whenever it is asked to.
   */
  holdsFor: 'any' | 'reference' | 'fixed-speed';
}

/** What a person calls each channel, how its limits are damped, and when they say nothing. */
export const signals: Readonly<
  Record<PumpChannelId, Damping & { label: string; suppressedIn: readonly SuppressingState[] }>
> = {
  Motor_RPM: signal('Speed', { value: 0.5, of: 'percent' }, 10, ['off', 'starting']),
  Bearing_Temperature_C: signal('Bearing temperature', { value: 1, of: 'percent' }, 60, []),
  Oil_Pressure_bar: signal('Oil pressure', { value: 2, of: 'percent' }, 15, ['off', 'starting']),
  Vibration_mm_s: signal('Vibration', { value: 10, of: 'percent' }, 30, ['off', 'starting']),
  Flow_Rate_L_min: signal('Flow', { value: 5, of: 'percent' }, 15, ['off', 'starting']),
  // Two percent of a limit of 0 bar were none: two percent of an instrument of 2.5 bar.
  Suction_Pressure_bar: signal('Suction pressure', { value: 0.05, of: 'unit' }, 15, ['off', 'starting']),
  Discharge_Pressure_bar: signal('Discharge pressure', { value: 2, of: 'percent' }, 15, ['off', 'starting']),
  Motor_Current_A: signal('Motor current', { value: 3, of: 'percent' }, 10, ['off', 'starting']),
  Casing_Temperature_C: signal('Casing temperature', { value: 1, of: 'percent' }, 60, []),
  Ambient_Temperature_C: signal('Ambient temperature', { value: 1, of: 'percent' }, 60, [])
};

/** The limits of 13.6. Those of vibration are the zones of category I there, and stand among the zones; a limit that moves with the fluid's temperature has no fixed value. */
export const startingLimits: readonly StartingLimit[] = [
  {
    ...at('Motor_RPM', 'L', 2891, 'low', 'fixed-speed'),
    consequence: 'Flow and head fall with the speed; a rotor that is held back takes a high current.',
    action: 'Compare with the set speed. If the current is high at the same time, stop the pump.',
    respondWithinMin: 60,
    causes: ['speed set lower at the drive', 'overload', 'low supply voltage or a lost phase', 'rotor held by solids']
  },
  {
    ...at('Motor_RPM', 'H', 3009, 'low', 'fixed-speed'),
    consequence: 'Power rises with the cube of the speed; motor and coupling may be overloaded.',
    action: 'Check the set speed at the drive.',
    respondWithinMin: 60,
    causes: ['speed set higher at the drive', 'pump has lost its load', 'wrong supply frequency']
  },
  {
    ...at('Bearing_Temperature_C', 'H', 75, 'low', 'any'),
    consequence: 'Grease and oil age fast above this; the bearing wears sooner.',
    action: 'Check oil level and cooling, listen to the bearing, compare with the ambient temperature.',
    respondWithinMin: 480,
    causes: ['bearing wear', 'too little or too much lubricant', 'misalignment', 'hot surroundings or product']
  },
  {
    ...at('Bearing_Temperature_C', 'HH', 90, 'medium', 'any'),
    consequence: 'The bearing can seize and take shaft and seal with it.',
    action: 'Change over to the standby pump and stop this one.',
    respondWithinMin: 10,
    causes: ['bearing failing', 'lubrication lost', 'rotor rubbing']
  },
  {
    ...at('Oil_Pressure_bar', 'L', 1.2, 'medium'),
    consequence: 'The oil film thins; the bearing temperature follows within minutes.',
    action: 'Check oil level, filter and cooler; start the auxiliary oil pump if there is one.',
    respondWithinMin: 30,
    causes: ['filter blocked', 'oil level low', 'oil too hot, hence thin', 'oil pump worn']
  },
  {
    ...at('Oil_Pressure_bar', 'LL', 0.8, 'high'),
    consequence: 'The bearings run without an oil film and are destroyed within minutes.',
    action: 'Stop the pump now.',
    respondWithinMin: 5,
    causes: ['oil pump failed', 'oil line broken', 'oil lost']
  },
  {
    ...at('Flow_Rate_L_min', 'L', 700, 'low'),
    consequence: 'Below 70 % of its best flow the pump recirculates: vibration, heat and wear grow.',
    action: 'Check the valves of both sides and the strainer.',
    respondWithinMin: 480,
    causes: ['discharge throttled', 'strainer or suction line blocked', 'impeller worn', 'gas in the liquid']
  },
  {
    ...at('Flow_Rate_L_min', 'LL', 300, 'high'),
    consequence: 'Next to no flow: the water in the casing heats by several kelvins a minute, seals fail.',
    action: 'Open the discharge or stop the pump now.',
    respondWithinMin: 5,
    causes: ['discharge valve closed', 'running dry', 'prime lost']
  },
  {
    ...at('Flow_Rate_L_min', 'H', 1200, 'low'),
    consequence: 'Run-out: the motor is loaded more, and the suction margin shrinks towards cavitation.',
    action: 'Look for a leak downstream; throttle the discharge.',
    respondWithinMin: 240,
    causes: ['pipe leaking or burst downstream', 'bypass open', 'discharge opened too far']
  },
  {
    ...at('Suction_Pressure_bar', 'L', 0, 'low'),
    consequence: 'The margin against cavitation shrinks.',
    action: 'Check the level of the source, the suction valve and the strainer.',
    respondWithinMin: 480,
    causes: ['strainer blocking up', 'source level low', 'suction valve not fully open']
  },
  {
    ...at('Suction_Pressure_bar', 'LL', -0.4, 'medium'),
    consequence: 'Cavitation: flow and head break down, the impeller erodes.',
    action: 'Throttle the discharge at once; restore the suction or stop the pump.',
    respondWithinMin: 15,
    causes: ['strainer blocked', 'suction valve closed', 'source empty']
  },
  {
    ...at('Discharge_Pressure_bar', 'L', 4.2, 'low'),
    consequence: 'The system gets too little pressure.',
    action: 'Compare with flow and suction pressure to tell wear from a leak and from a poor suction.',
    respondWithinMin: 480,
    causes: ['leak downstream', 'impeller or wear ring worn', 'gas in the liquid', 'low suction pressure']
  },
  {
    ...at('Discharge_Pressure_bar', 'H', 6.4, 'low'),
    consequence: 'The pump works against a nearly closed system, at little flow.',
    action: 'Check the discharge valve and what is behind it.',
    respondWithinMin: 240,
    causes: ['discharge throttled', 'line blocked']
  },
  {
    ...at('Discharge_Pressure_bar', 'HH', 6.8, 'medium'),
    consequence: 'Near shut-off: the casing heats up, gaskets and line are stressed.',
    action: 'Open the discharge or stop the pump.',
    respondWithinMin: 10,
    causes: ['discharge valve closed', 'suction pressure too high', 'speed too high']
  },
  {
    ...at('Motor_Current_A', 'L', 14, 'low'),
    consequence: 'The motor has lost load: the pump moves little or nothing.',
    action: 'Check flow and pressures for dry running, gas or a closed valve.',
    respondWithinMin: 60,
    causes: ['running dry', 'discharge closed', 'coupling broken', 'impeller worn']
  },
  {
    ...at('Motor_Current_A', 'H', 27, 'low'),
    consequence: 'Above its rated current the motor ages fast.',
    action: 'Check flow for run-out, and the three phase currents.',
    respondWithinMin: 240,
    causes: ['run-out', 'rotor rubbing', 'denser or thicker product', 'low or uneven voltage']
  },
  {
    ...at('Motor_Current_A', 'HH', 31, 'medium'),
    consequence: 'The motor overheats, or its protection trips.',
    action: 'Reduce the load or change over to the standby pump.',
    respondWithinMin: 10,
    causes: ['rotor blocked or rubbing', 'phase lost', 'severe run-out']
  },
  {
    ...at('Casing_Temperature_C', 'HH', 80, 'low'),
    consequence: 'The water in the casing nears boiling; the seal runs dry.',
    action: 'Make sure that water flows; stop the pump if it does not.',
    respondWithinMin: 10,
    causes: ['discharge valve closed', 'running dry', 'hot product']
  },
  {
    ...at('Ambient_Temperature_C', 'H', 45, 'low', 'any'),
    consequence: 'Motor and bearings lose their cooling margin.',
    action: 'Check ventilation; watch the other temperatures.',
    respondWithinMin: 480,
    causes: ['hot weather', 'ventilation failed', 'heat source near the sensor']
  }
];

/** Slopes that tell of trouble before a limit does, K/min, faster than a pump warms up. */
export const startingRates: readonly (Rationale & {
  channel: PumpChannelId;
  perMinute: number;
  overMs: number;
  priority: AlarmPriority;
})[] = [
  {
    channel: 'Bearing_Temperature_C',
    perMinute: 2,
    overMs: 600_000,
    priority: 'low',
    consequence: 'A bearing that heats this fast can fail within the hour.',
    action: 'Check oil pressure and level; listen to the bearing.',
    respondWithinMin: 30,
    causes: ['lubrication lost', 'bearing failing', 'rotor rubbing']
  },
  {
    channel: 'Casing_Temperature_C',
    perMinute: 3,
    overMs: 120_000,
    priority: 'medium',
    consequence: 'The water in the casing is being heated instead of moved.',
    action: 'Open the discharge or stop the pump before 80 °C.',
    respondWithinMin: 5,
    causes: ['discharge valve closed', 'running dry', 'hot product arriving']
  }
];

/** ISO 10816-7: the zones, and the change inside a zone. */
export const startingZones: Readonly<
  Record<'C' | 'D' | 'change', Rationale & { priority: AlarmPriority; delayMs: number }>
> = {
  C: {
    priority: 'low',
    delayMs: 30_000,
    consequence: 'Fit to run for a limited time only; damage grows from here.',
    action: 'Measure in three directions at both bearings; plan the repair.',
    respondWithinMin: 10_080,
    causes: ['unbalance', 'misalignment or soft foot', 'bearing wear', 'looseness', 'cavitation', 'flow far from best']
  },
  D: {
    priority: 'medium',
    delayMs: 10_000,
    consequence: 'Vibration of this strength breaks bearings, seals and bolts.',
    action: 'Change over to the standby pump within the shift and stop this one.',
    respondWithinMin: 480,
    causes: ['bearing failing', 'rotor rubbing', 'severe cavitation', 'foundation bolts loose']
  },
  change: {
    priority: 'low',
    delayMs: 30_000,
    consequence: 'Something about the machine has changed, even where the level is still allowed.',
    action: 'Compare with speed and load; find what changed.',
    respondWithinMin: 10_080,
    causes: ['new unbalance or misalignment', 'part come loose', 'bearing damage starting', 'other operating point']
  }
};

function at(
  channel: PumpChannelId,
  level: LimitLevel,
  limit: number,
  priority: AlarmPriority,
  holdsFor: StartingLimit['holdsFor'] = 'reference'
): Pick<StartingLimit, 'channel' | 'level' | 'limit' | 'priority' | 'holdsFor'> {
  return { channel, level, limit, priority, holdsFor };
}

function signal(label: string, clearBand: Deadband, delayS: number, suppressedIn: readonly SuppressingState[]) {
  return { label, clearBand, delayMs: delayS * 1000, suppressedIn };
}
