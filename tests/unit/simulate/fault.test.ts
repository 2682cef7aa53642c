import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultKinds, faultLevel, parseFault, type TwinFault } from '$lib/simulate/fault';

const base: TwinFault = {
  kind: 'strainer',
  severity: 0.8,
  startS: 100,
  course: 'step',
  durationS: 50,
  untilS: null,
  channel: null
};
const levelsOf = (change: Partial<TwinFault>, ...times: number[]) =>
  times.map((tS) => faultLevel({ ...base, ...change }, tS));

describe('course of a fault', () => {
  it('is there at once as a step', () => {
    expect(levelsOf({}, 0, 99.9, 100, 1e6)).toEqual([0, 0, 0.8, 0.8]);
  });

  it('grows evenly as a ramp, and stays', () => {
    expect(levelsOf({ course: 'ramp' }, 99, 100, 125, 150, 151)).toEqual([0, 0, 0.4, 0.8, 0.8]);
  });

  it('grows ever faster as an exponential, by one e-fold in three tenths of its time', () => {
    const [start, first, second, end] = levelsOf({ course: 'exponential', severity: 1 }, 100, 115, 130, 150);
    expect([start, end]).toEqual([0, 1]);
    // expm1(2) / expm1(1) between 6 tenths and 3 tenths.
    expect(second! / first!).toBeCloseTo(Math.expm1(2) / Math.expm1(1), 9);
  });

  it('is over from its end on', () => {
    expect(levelsOf({ untilS: 120 }, 119.9, 120)).toEqual([0.8, 0]);
  });

  it('never shrinks before its end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('step' as const, 'ramp' as const, 'exponential' as const),
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.double({ min: 0, max: 300, noNaN: true }),
        (course, a, b) => {
          const [early, late] = levelsOf({ course }, Math.min(a, b), Math.max(a, b));
          return early! <= late! && early! >= 0 && late! <= base.severity;
        }
      ),
      { seed: 11 }
    );
  });
});

describe('a fault from outside', () => {
  it('needs only its kind', () => {
    for (const kind of faultKinds)
      expect(parseFault({ kind })).toEqual({
        ok: true,
        value: { kind, severity: 1, startS: 0, course: 'step', durationS: 3600, untilS: null, channel: null }
      });
  });

  it.each([
    [null, 'fault'],
    ['strainer', 'fault'],
    [{}, 'kind'],
    [{ kind: 'toString' }, 'kind'],
    [{ kind: 'strainer', severity: 1.1 }, 'severity'],
    [{ kind: 'strainer', severity: '1' }, 'severity'],
    [{ kind: 'strainer', severity: NaN }, 'severity'],
    [{ kind: 'strainer', startS: -1 }, 'startS'],
    [{ kind: 'strainer', durationS: 0 }, 'durationS'],
    [{ kind: 'strainer', untilS: 'never' }, 'untilS'],
    [{ kind: 'strainer', course: 'sudden' }, 'course'],
    [{ kind: 'strainer', channel: 'Motor_RPM' }, 'channel'],
    [{ kind: 'sensor-stuck', channel: 'Motor_Rpm' }, 'channel']
  ])('is refused with the field that is wrong: %j', (input, field) => {
    expect(parseFault(input)).toMatchObject({ ok: false, fault: { where: expect.stringContaining(field) } });
  });

  it('may name a channel where it is about an instrument', () => {
    expect(parseFault({ kind: 'sensor-drift', channel: 'Motor_RPM' })).toMatchObject({
      ok: true,
      value: { channel: 'Motor_RPM' }
    });
  });
});
