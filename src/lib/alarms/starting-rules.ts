/**
 * The alarm rules a pump starts with, made from its channels and the rows of `starting-limits`; and what is left of them after somebody has
 * changed some. Priorities are chosen so that about 80 % of the rules are low, 15 % medium and 5 % high; none starts critical.
 */
import type { AlarmCondition, AlarmPriority, AlarmRule, VibrationClass } from '../domain/alarm';
import type { Channel } from '../domain/channel';
import { findPumpChannel, type PumpChannelId } from '../domain/pump-channel';
import { signals, startingLimits, startingRates, startingZones, type Rationale } from './starting-limits';
import { significantShare } from './vibration-zones';

export interface StartingOptions {
  /** True for the twin and the sample, whose limits the reference's are. Elsewhere these are listed, and disabled. */
  isReferencePump: boolean;
  /** True where no drive changes the speed; without it the limits of the speed are disabled. */
  isFixedSpeed?: boolean;
  /** Null takes category I, small, for the reference pump and category II, small, for any other. */
  machine?: VibrationClass | null;
  /** Usual vibration in the healthy range, mm/s RMS; null where none is known, and a change is then unknown. */
  vibrationBaseline?: number | null;
}

/** A score this many times its threshold makes a finding of high severity, the action level; below it is worth no more than low priority. */
const actionShare = 3;
/** Cleared below this share of where it was set (domain reference, 5.6). */
const scoreLeaveShare = 0.8;
const scoreWindows = 3;
const silenceMs = 60_000;
/** A shift; who shelves for longer decides again. */
const maxShelveMs = 8 * 3_600_000;
/** What stands acknowledged is announced again after this, by priority; low ones are not. */
const reAlarmMs: Readonly<Record<AlarmPriority, number | null>> = {
  critical: 1_800_000,
  high: 3_600_000,
  medium: 4 * 3_600_000,
  low: null
};

const checkSensor: Rationale = {
  consequence: 'What depends on this channel is not watched.',
  action: 'Check sensor, cable and input; compare with the gauge on site.',
  respondWithinMin: 1440,
  causes: ['sensor failed', 'cable or connector loose', 'input card or configuration']
};

/** The starting rules of an asset: those of its pump channels with the role `reading`, and those of any asset. `assetId:key` are their ids. */
export function startingRules(
  asset: { id: string; channels: readonly Pick<Channel, 'name' | 'role'>[] },
  options: StartingOptions
): AlarmRule[] {
  const machine: VibrationClass = options.machine ?? { category: options.isReferencePump ? 'I' : 'II', powerKw: 15 };
  const channels = asset.channels.flatMap(({ name, role }) =>
    role === 'reading' && findPumpChannel(name) ? [name as PumpChannelId] : []
  );
  const isFixedSpeed = options.isFixedSpeed ?? false;
  const has = (channel: PumpChannelId) => channels.includes(channel);

  function create(
    key: string,
    name: string,
    condition: AlarmCondition,
    priority: AlarmPriority,
    why: Rationale,
    rest: Partial<AlarmRule>
  ): AlarmRule {
    const { consequence, action, respondWithinMin, causes } = why;
    return {
      id: `${asset.id}:${key}`,
      assetId: asset.id,
      name,
      isEnabled: true,
      condition,
      priority,
      onDelayMs: 0,
      offDelayMs: 0,
      isLatching: false,
      suppressedIn: [],
      reAlarmMs: reAlarmMs[priority],
      escalation: null,
      maxShelveMs,
      consequence,
      action,
      respondWithinMin,
      causes: [...causes],
      owner: '',
      version: 0,
      ...rest
    };
  }

  function limits(): AlarmRule[] {
    return startingLimits
      .filter(({ channel }) => has(channel))
      .map((row) => {
        const { channel, level, limit } = row;
        const { label, clearBand, delayMs, suppressedIn } = signals[channel];
        const setBand = { value: 0, of: 'unit' } as const;
        return create(
          `${channel}:${level}`,
          `${label} ${level}`,
          { kind: 'limit', channel, level, limit, setBand, clearBand, range: null },
          row.priority,
          row,
          {
            isEnabled:
              row.holdsFor === 'any' || (options.isReferencePump && (row.holdsFor === 'reference' || isFixedSpeed)),
            onDelayMs: delayMs,
            offDelayMs: delayMs,
            suppressedIn: [...suppressedIn]
          }
        );
      });
  }

  function rates(): AlarmRule[] {
    return startingRates
      .filter(({ channel }) => has(channel))
      .map((row) => {
        const { channel, perMinute, overMs } = row;
        const { label, delayMs } = signals[channel];
        return create(
          `${channel}:rate`,
          `${label} rising fast`,
          { kind: 'rate', channel, perMinute, direction: 'rising', overMs, clearShare: 0.5 },
          row.priority,
          row,
          { offDelayMs: delayMs }
        );
      });
  }

  function zones(): AlarmRule[] {
    const channel = 'Vibration_mm_s';
    if (!has(channel)) return [];
    const { clearBand, suppressedIn } = signals[channel];
    const rest = (delayMs: number) => ({
      onDelayMs: delayMs,
      offDelayMs: delayMs,
      suppressedIn: [...suppressedIn]
    });
    const { C, D, change } = startingZones;
    const baseline = options.vibrationBaseline ?? null;
    const changed: AlarmCondition = { kind: 'change', channel, machine, baseline, share: significantShare };
    return [
      create(
        'zone:C',
        'Vibration zone C',
        { kind: 'zone', channel, machine, zone: 'C', clearBand },
        C.priority,
        C,
        rest(C.delayMs)
      ),
      create(
        'zone:D',
        'Vibration zone D',
        { kind: 'zone', channel, machine, zone: 'D', clearBand },
        D.priority,
        D,
        rest(D.delayMs)
      ),
      create('change', 'Vibration changed', changed, change.priority, change, rest(change.delayMs))
    ];
  }

  function scores(): AlarmRule[] {
    const why: Rationale = {
      consequence: 'The pump behaves unlike its healthy range; a fault may be growing.',
      action: 'Look at the channels that contribute most, and check these on site.',
      respondWithinMin: 1440,
      causes: ['fault starting', 'operating point that the model has not seen', 'sensor drifting']
    };
    const rule = (key: string, name: string, enter: number, priority: AlarmPriority, within: number) =>
      create(
        key,
        name,
        { kind: 'score', enter, leave: scoreLeaveShare * enter, windows: scoreWindows },
        priority,
        { ...why, respondWithinMin: within },
        { suppressedIn: ['off', 'starting'] }
      );
    return [
      rule('score', 'Anomaly', 1, 'low', 1440),
      rule('score:action', 'Strong anomaly', actionShare, 'medium', 480)
    ];
  }

  const sensors = channels.flatMap((channel) => {
    const { label } = signals[channel];
    return [
      create(`${channel}:stuck`, `${label} stands still`, { kind: 'stuck', channel }, 'low', checkSensor, {}),
      create(`${channel}:bad`, `${label} bad`, { kind: 'bad-value', channel }, 'low', checkSensor, {
        onDelayMs: 30_000,
        offDelayMs: 60_000
      })
    ];
  });
  const silence = create(
    'no-data',
    'No data',
    { kind: 'no-data', forMs: silenceMs },
    'low',
    {
      consequence: 'Nothing is known of the pump; every other alarm is blind.',
      action: 'Check gateway, network and source.',
      respondWithinMin: 60,
      causes: ['network down', 'gateway without power', 'source set up wrongly']
    },
    {}
  );
  return [...limits(), ...rates(), ...zones(), ...scores(), ...sensors, silence];
}

/** The starting rules with those that somebody has changed in their places, and those that somebody has added behind them. */
export function mergeRules(starting: readonly AlarmRule[], changed: readonly AlarmRule[]): AlarmRule[] {
  const left = new Map(changed.map((rule) => [rule.id, rule]));
  const merged = starting.map((rule) => {
    const own = left.get(rule.id);
    left.delete(rule.id);
    return own ?? rule;
  });
  return [...merged, ...left.values()];
}
