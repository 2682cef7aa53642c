/**
 * Channels held against each other by physics. A contradiction is a doubt on every channel involved: which of them is wrong is not
 * known, so their values count. Nothing is said where one of them has no good value.
 */
import type { PumpChannelId } from '../../domain/pump-channel';
import { Quality } from '../../domain/reading-block';
import type { OperatingState } from '../operating-state';
import { findPumpRule, type ChannelRule, type CrossCheck } from './rules';

export interface CrossChecker {
  /** Marks in `codes` what contradicts at this row. `values` holds NaN where a value is bad; both have one entry per rule. */
  mark(tMs: number, state: OperatingState, values: Float64Array, codes: Uint8Array): void;
}

interface Quantity {
  channels: PumpChannelId[];
  isRunningOnly: boolean;
  /** The quantity from the channels' values, in their order; NaN where it says nothing. */
  measure(check: CrossCheck, values: Float64Array): number;
}

/** From the domain reference, 12 and 10.2: the hydraulic power is Q · ΔP / 600, in kW, L/min and bar. */
const quantities: Record<CrossCheck['kind'], Quantity> = {
  head: {
    channels: ['Discharge_Pressure_bar', 'Suction_Pressure_bar'],
    isRunningOnly: true,
    measure: (_, v) => v[0]! - v[1]!
  },
  flow: { channels: ['Flow_Rate_L_min'], isRunningOnly: false, measure: (_, v) => v[0]! },
  current: {
    channels: ['Motor_Current_A', 'Motor_RPM'],
    isRunningOnly: false,
    measure: (check, v) => (check.kind === 'current' && v[1]! > check.aboveRpm ? v[0]! : NaN)
  },
  bearing: {
    channels: ['Bearing_Temperature_C', 'Ambient_Temperature_C'],
    isRunningOnly: false,
    measure: (_, v) => v[0]! - v[1]!
  },
  efficiency: {
    channels: ['Flow_Rate_L_min', 'Discharge_Pressure_bar', 'Suction_Pressure_bar', 'Motor_Current_A'],
    isRunningOnly: true,
    measure: (check, v) =>
      check.kind === 'efficiency' ? (v[0]! * (v[1]! - v[2]!)) / 600 / (v[3]! * check.kwPerA) : NaN
  }
};

/** Creates the checker of those checks whose channels are all there as pump channels. */
export function createCrossChecker(checks: readonly CrossCheck[], rules: readonly ChannelRule[]): CrossChecker {
  const usable = checks.flatMap((check) => {
    const quantity = quantities[check.kind];
    const at = quantity.channels.map((id) => findPumpRule(rules, id));
    return at.includes(-1) ? [] : [{ check, quantity, at, given: new Float64Array(at.length), sinceMs: NaN }];
  });
  return {
    mark(tMs, state, values, codes) {
      for (const each of usable) {
        const { check, quantity, at, given } = each;
        for (let i = 0; i < at.length; i++) given[i] = values[at[i]!]!;
        const measured = quantity.measure(check, given);
        // A comparison with NaN is false either way: nothing is said.
        const isOutside = measured < check.low || measured > check.high;
        if (!isOutside || (quantity.isRunningOnly && state !== 'running')) {
          each.sinceMs = NaN;
          continue;
        }
        if (Number.isNaN(each.sinceMs)) each.sinceMs = tMs;
        if (tMs - each.sinceMs < check.forS * 1000) continue;
        for (const c of at) if (codes[c] === Quality.good) codes[c] = Quality.contradicts;
      }
    }
  };
}
