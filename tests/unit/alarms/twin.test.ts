/** The starting rules on the simulated pump they are made for: silent while it is well, and heard when it is not. */
import { describe, expect, it } from 'vitest';
import type { Alarm } from '$lib/domain/alarm';
import type { ReadingBlock } from '$lib/domain/reading-block';
import { createAlarmWatch, findAlarmId } from '$lib/alarms/alarm-watch';
import { advanceAlarm, newAlarm } from '$lib/alarms/machine';
import { startingRules } from '$lib/alarms/starting-rules';
import { createOperatingTracker } from '$lib/prepare/operating-state';
import { createQualityJudge } from '$lib/prepare/quality/judge';
import { defaultRules } from '$lib/prepare/quality/rules';
import type { TwinFault } from '$lib/simulate/fault';
import { sensors } from '$lib/simulate/sensors';
import { createTwin } from '$lib/simulate/twin';

const startMs = Date.UTC(2026, 2, 16, 9);
const stepS = 5;
const hour = 3600;
const quality = defaultRules(sensors, { ratedRpm: 2950, fullLoadA: 27, volts: 400, powerFactor: 0.85 });

/** The announcements of a twin that runs for so long, as `key@seconds`. */
function listen(seconds: number, isWarm: boolean, fault: Partial<TwinFault> | null): string[] {
  const twin = createTwin({ seed: 3, startMs, isWarm });
  if (fault) {
    twin.inject({
      kind: 'dead-head',
      severity: 1,
      startS: hour / 2,
      course: 'step',
      durationS: 1,
      untilS: null,
      channel: null,
      ...fault
    } as TwinFault);
  }
  const rules = startingRules(
    { id: 'twin', channels: sensors.map(({ name }) => ({ name, role: 'reading' })) },
    { isReferencePump: true, vibrationBaseline: 1.8 }
  );
  const judge = createQualityJudge(quality);
  const tracker = createOperatingTracker(quality.operating);
  const watch = createAlarmWatch(rules, {
    deviceId: 'scada',
    assetId: 'twin',
    assetName: 'Twin',
    alarms: [],
    newestMs: null
  });
  const alarms = new Map<string, Alarm>();
  const announced: string[] = [];
  const values = new Float64Array(sensors.length);
  for (let s = stepS; s <= seconds; s += stepS) {
    twin.advance(stepS);
    twin.measure(stepS, values);
    const block: ReadingBlock = {
      assetId: 'twin',
      channels: sensors.map(({ name }) => name),
      t: Float64Array.of(startMs + s * 1000),
      columns: Array.from(values, (value) => Float32Array.of(value)),
      quality: Array.from(values, () => new Uint8Array(1))
    };
    const state = tracker.next(block.t[0]!, values[0]!, values[7]!);
    for (const { ruleId, event } of watch.push(judge.judge(block), null, NaN, state)) {
      const before =
        alarms.get(ruleId) ??
        newAlarm({ id: findAlarmId('scada', ruleId), deviceId: 'scada', assetId: 'twin', ruleId });
      const after = advanceAlarm(before, event);
      alarms.set(ruleId, after);
      if (after.state === 'UNACK' && before.state !== 'UNACK') {
        announced.push(`${ruleId.slice('twin:'.length)}@${s}`);
      }
    }
  }
  return announced;
}

const keysOf = (announced: string[]) => announced.map((each) => each.split('@')[0]);

describe('a healthy pump', () => {
  it.each([true, false])('announces nothing in a day (warm: %s)', (isWarm) => {
    expect(listen(24 * hour, isWarm, null)).toEqual([]);
  });
});

describe('a fault', () => {
  it.each([
    ['dead-head', 'Flow_Rate_L_min:LL'],
    ['lube-loss', 'Oil_Pressure_bar:LL'],
    ['dry-run', 'Flow_Rate_L_min:LL']
  ] as const)('%s is heard as %s within the minute', (kind, key) => {
    const told = listen(hour, true, { kind: kind as TwinFault['kind'] });
    expect(keysOf(told)).toContain(key);
    const at = Number(told.find((each) => each.startsWith(`${key}@`))?.split('@')[1]);
    expect(at).toBeLessThan(hour / 2 + 60);
  });
});
