/**
 * What is held against the values of an asset, as plain data that a person may edit per asset. Limits come from physics and from what
 * an instrument can follow, never from how a pump should run: a value outside is not to be believed, whatever the pump does.
 */
import type { Channel } from '../../domain/channel';
import { findPumpChannel, type PumpChannelId } from '../../domain/pump-channel';
import type { OperatingRule } from '../operating-state';

export interface QualityRules {
  channels: ChannelRule[];
  crossChecks: CrossCheck[];
  operating: OperatingRule;
}

/** The rules of one channel, in its own unit. */
export interface ChannelRule {
  channel: string;
  /** Named like a pump channel and in its canonical unit, so that its values may be held against others. */
  isPumpChannel: boolean;
  /** Outside of these no value is believed; infinite where nothing is known. */
  low: number;
  high: number;
  rate: RateRule | null;
  stuck: StuckRule | null;
}

/** Since the last good value no more may change than `step`, for noise, and `perS` for each second. */
export interface RateRule {
  step: number;
  perS: number;
}

/**
 * A channel is stuck when it has changed by no more than `resolution` for `seconds` and `rows` while the pump ran, and either it stood
 * `times` as long as ever before, having moved at least `moves` times, while half of the others moved on; or a witness moved by more
 * than its share, which this channel cannot have slept through.
 */
export interface StuckRule {
  resolution: number;
  /** Where the quantity itself may stand for as long as it likes, such as no flow in a pump that runs dry; null where nowhere. */
  restsAt: number | null;
  seconds: number;
  rows: number;
  times: number;
  moves: number;
  witnesses: { channel: string; share: number }[];
}

/** A quantity made of several channels, and between which values it lies; outside for longer than `forS` seconds, they contradict. */
export type CrossCheck = { low: number; high: number; forS: number } & (
  | {
      /**
       * `head`: discharge less suction pressure while the pump runs, bar. `flow`: L/min. `bearing`: bearing less ambient temperature, K.
       */
      kind: 'head' | 'flow' | 'bearing';
    }
  /** Motor current while the shaft turns faster than `aboveRpm`, A. */
  | { kind: 'current'; aboveRpm: number }
  /** Hydraulic over electric power while the pump runs; the supply gives `kwPerA` for each ampere (√3 · U · cos φ / 1000). */
  | { kind: 'efficiency'; kwPerA: number }
);

/** What the motor's name plate says. */
export interface Rating {
  ratedRpm: number;
  fullLoadA: number;
  volts: number;
  powerFactor: number;
}

interface PumpRule {
  low: number;
  high: number;
  rate?: RateRule;
  /** Seconds of standing still that are never suspicious. */
  seconds: number;
  restsAt?: number;
  witnesses?: StuckRule['witnesses'];
}

const stuck = { resolution: 0, rows: 30, times: 3, moves: 20 } as const;
/** Of a channel we know nothing of it may be a temperature, which stands still for long once it is coarse and the pump is warm. */
const unknownSeconds = 3600;
const throttled = [
  { channel: 'Motor_RPM', share: 0.1 },
  { channel: 'Discharge_Pressure_bar', share: 0.2 }
];

/**
 * Our own choice, wide on purpose. Gauge pressures cannot be below a vacuum; offsets of a few display steps below zero are no fault.
 * Only temperatures have a rate: a motor starts and a valve slams within a sample.
 */
const pumpRules: Record<PumpChannelId, PumpRule> = {
  Motor_RPM: { low: -10_000, high: 40_000, seconds: 600 },
  Bearing_Temperature_C: { low: -50, high: 250, rate: { step: 5, perS: 2 }, seconds: 7200 },
  Oil_Pressure_bar: { low: -1.1, high: 400, seconds: 3600 },
  Vibration_mm_s: { low: -0.5, high: 300, seconds: 60 },
  Flow_Rate_L_min: {
    low: -200_000,
    high: 1_000_000,
    seconds: 60,
    restsAt: 0,
    witnesses: [...throttled, { channel: 'Motor_Current_A', share: 0.15 }]
  },
  Suction_Pressure_bar: { low: -1.1, high: 400, seconds: 600, restsAt: 0 },
  Discharge_Pressure_bar: {
    low: -1.1,
    high: 1000,
    seconds: 60,
    restsAt: 0,
    witnesses: [
      { channel: 'Motor_RPM', share: 0.1 },
      { channel: 'Flow_Rate_L_min', share: 0.2 }
    ]
  },
  Motor_Current_A: { low: -5, high: 10_000, seconds: 60, witnesses: throttled },
  // Another fluid may reach a casing within seconds.
  Casing_Temperature_C: { low: -100, high: 400, rate: { step: 5, perS: 10 }, seconds: 7200 },
  Ambient_Temperature_C: { low: -70, high: 80, rate: { step: 5, perS: 2 }, seconds: 21_600 }
};

/** No shaft that turns slower drives a pump, and no motor takes less (the lowest values that are plausible at all). */
const slowestRpm = findPumpChannel('Motor_RPM')!.plausible[0];
const smallestA = findPumpChannel('Motor_Current_A')!.plausible[0];
/** For so long a shaft may turn on after its motor was switched off. */
const coastS = 60;
/** A flow meter's zero is not exact: backflow is what even the smallest pump would call a flow. */
const smallestFlow = findPumpChannel('Flow_Rate_L_min')!.plausible[0];

/**
 * Rules for channels by name. Limits, rates and cross-checks are for pump channels in their canonical unit, or none given; of any
 * other channel only its own past says whether it is stuck. With a rating the state and the power balance are known more exactly;
 * without one there is no power balance.
 */
export function defaultRules(
  channels: readonly Pick<Channel, 'name' | 'unit'>[],
  rating: Rating | null = null
): QualityRules {
  const offBelowRpm = rating ? 0.05 * rating.ratedRpm : slowestRpm / 2;
  const crossChecks: CrossCheck[] = [
    { kind: 'head', low: 0, high: Infinity, forS: 0 },
    { kind: 'flow', low: -smallestFlow, high: Infinity, forS: 0 },
    {
      kind: 'current',
      low: 0.2 * (rating?.fullLoadA ?? smallestA),
      high: Infinity,
      aboveRpm: offBelowRpm,
      forS: coastS
    },
    { kind: 'bearing', low: -3, high: Infinity, forS: 0 }
  ];
  if (rating) {
    const kwPerA = (Math.sqrt(3) * rating.volts * rating.powerFactor) / 1000;
    crossChecks.push({ kind: 'efficiency', low: 0.2, high: 0.9, kwPerA, forS: 0 });
  }
  return {
    channels: channels.map(ruleOf),
    crossChecks,
    operating: { offBelowRpm, offBelowA: rating ? 0.05 * rating.fullLoadA : null, startingS: 60 }
  };
}

/** Index of the rule of a pump channel, or -1 where there is none in its canonical unit. */
export function findPumpRule(rules: readonly ChannelRule[], id: PumpChannelId): number {
  return rules.findIndex(({ channel, isPumpChannel }) => isPumpChannel && channel === id);
}

function ruleOf({ name, unit }: Pick<Channel, 'name' | 'unit'>): ChannelRule {
  const known = findPumpChannel(name);
  const rule = known && (unit === '' || unit === known.unit) ? pumpRules[known.id] : null;
  return {
    channel: name,
    isPumpChannel: rule !== null,
    low: rule?.low ?? -Infinity,
    high: rule?.high ?? Infinity,
    rate: rule?.rate ?? null,
    stuck: {
      ...stuck,
      restsAt: rule ? (rule.restsAt ?? null) : 0,
      seconds: rule?.seconds ?? unknownSeconds,
      witnesses: rule?.witnesses ?? []
    }
  };
}
