/** Conditions on one channel's newest value: limits, zones, the change from a baseline, and what its quality code says. */
import type { AlarmCondition } from '../domain/alarm';
import { isBad, Quality } from '../domain/reading-block';
import { numberOrNull, StepKind, Truth, type Condition } from './condition';
import { createHysteresis, measureDeadband, type Hysteresis } from './deadband';
import { findZoneLimits } from './vibration-zones';
import type { Layout, WatchState } from './watch-state';

type Of<Kind extends AlarmCondition['kind']> = Extract<AlarmCondition, { kind: Kind }>;

/** Clearing asks for a change this much smaller than setting does (the deadband that vibration has elsewhere, 10 %). */
const changeClearShare = 0.9;

/** A limit as readings are kept: in single precision, so that 4.2 as read is not below a limit of 4.2. */
export function createLimitCondition(condition: Of<'limit'>, layout: Layout): Condition {
  const { channel, level, limit, setBand, clearBand, range } = condition;
  const sign = level === 'H' || level === 'HH' ? 1 : -1;
  const setAt = sign * limit + measureDeadband(setBand, limit, range);
  const clearAt = sign * limit - measureDeadband(clearBand, limit, range);
  const beyond = createHysteresis(layout, Math.fround(sign * limit), Math.fround(setAt), Math.fround(clearAt));
  const place = layout.addChannel(channel).value;
  const judge = (state: WatchState) => beyond.follow(state, sign * state.numbers[place]!);
  return createValueCondition(place, beyond, judge, () => limit);
}

/** In the zone or a worse one: above its lower boundary. */
export function createZoneCondition({ channel, machine, zone, clearBand }: Of<'zone'>, layout: Layout): Condition {
  const { bc, cd } = findZoneLimits(machine);
  const limit = zone === 'C' ? bc : cd;
  const clearAt = limit - measureDeadband(clearBand, limit, null);
  const beyond = createHysteresis(layout, Math.fround(limit), Math.fround(limit), Math.fround(clearAt));
  const place = layout.addChannel(channel).value;
  const judge = (state: WatchState) => beyond.follow(state, state.numbers[place]!);
  return createValueCondition(place, beyond, judge, () => limit);
}

/** Criterion II of ISO 10816-7. */
export function createChangeCondition(condition: Of<'change'>, layout: Layout): Condition {
  const { channel, machine, baseline, share } = condition;
  const distance = share * findZoneLimits(machine).bc;
  const from = baseline ?? NaN;
  const beyond = createHysteresis(layout, distance, distance, changeClearShare * distance);
  const place = layout.addChannel(channel).value;
  const judge = (state: WatchState) => beyond.follow(state, Math.abs(state.numbers[place]! - from));
  return createValueCondition(place, beyond, judge, (value) => from + (value < from ? -distance : distance));
}

/** Yes where the value's code is `stuck`, no where it is good, else unknown. */
export function createStuckCondition({ channel }: Of<'stuck'>, layout: Layout): Condition {
  return createQualityCondition(layout, channel, (quality) => {
    if (quality === Quality.stuck) return Truth.yes;
    return isBad(quality) ? Truth.unknown : Truth.no;
  });
}

/** Yes where the value's code is bad but neither `stuck` nor `missing`, which are unknown; no where it is good. */
export function createBadValueCondition({ channel }: Of<'bad-value'>, layout: Layout): Condition {
  return createQualityCondition(layout, channel, (quality) => {
    if (!isBad(quality)) return Truth.no;
    return quality === Quality.stuck || quality === Quality.missing ? Truth.unknown : Truth.yes;
  });
}

function createValueCondition(
  place: number,
  { resume }: Hysteresis,
  judge: Condition['judge'],
  limitAt: (value: number) => number
): Condition {
  return {
    needs: StepKind.row,
    resume,
    judge,
    value: ({ numbers }) => numberOrNull(numbers[place]!),
    limit: ({ numbers }) => numberOrNull(limitAt(numbers[place]!))
  };
}

function createQualityCondition(layout: Layout, channel: string, judgeCode: (quality: number) => Truth): Condition {
  const place = layout.addChannel(channel).code;
  const truths = Uint8Array.from({ length: 256 }, (_, quality) => judgeCode(quality));
  return {
    needs: StepKind.row,
    resume: () => Truth.unknown,
    judge: ({ flags }) => truths[flags[place]!] as Truth,
    value: () => null,
    limit: () => null
  };
}
