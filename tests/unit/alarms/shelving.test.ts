import { describe, expect, it } from 'vitest';
import { createShelfEnds } from '$lib/alarms/shelving';
import { advanceAlarm, newAlarm } from '$lib/alarms/machine';
import type { Alarm } from '$lib/domain/alarm';
import { eventOf } from './events';

const minuteMs = 60_000;
const untilMs = 100 * minuteMs;

function shelvedBy(deviceId: string, until = untilMs): Alarm {
  const alarm = newAlarm({ id: `${deviceId}:p:hot`, deviceId, assetId: 'p', ruleId: 'p:hot' });
  return advanceAlarm(advanceAlarm(alarm, eventOf('raise')), eventOf('shelve', { untilMs: until }));
}

const own = shelvedBy('this');
const others = shelvedBy('other');

describe('shelves that are over', () => {
  const endedAt = (ends: ReturnType<typeof createShelfEnds>, nowMs: number, aheadMs = 0, alarms = [own, others]) =>
    ends(alarms, 'this', nowMs, aheadMs).map(({ alarm, event }) => [alarm.deviceId, event.atMs]);

  it('are ended by the device that watches, and a minute later by any other', () => {
    const ends = createShelfEnds();
    expect(endedAt(ends, untilMs - 1)).toEqual([]);
    expect(endedAt(ends, untilMs)).toEqual([['this', untilMs]]);
    expect(endedAt(ends, untilMs + minuteMs)).toEqual([
      ['this', untilMs],
      ['other', untilMs]
    ]);
  });

  it('are left to the others for as long as its own clock is ahead', () => {
    const ends = createShelfEnds();
    expect(endedAt(ends, untilMs + 60 * minuteMs, 60 * minuteMs, [others])).toEqual([]);
    expect(endedAt(ends, untilMs + 61 * minuteMs, 60 * minuteMs, [others])).toEqual([['other', untilMs]]);
  });

  it('of others are told of once an hour where that does not end them, and each new one at once', () => {
    const ends = createShelfEnds();
    const over = untilMs + minuteMs;
    expect(endedAt(ends, over, 0, [others])).toHaveLength(1);
    expect(endedAt(ends, over + 59 * minuteMs, 0, [others])).toEqual([]);
    expect(endedAt(ends, over + 59 * minuteMs, 0, [shelvedBy('other', untilMs + minuteMs)])).toHaveLength(1);
    expect(endedAt(ends, over + 60 * minuteMs, 0, [others])).toHaveLength(1);
  });
});
