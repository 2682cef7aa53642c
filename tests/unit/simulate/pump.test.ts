import { describe, expect, it } from 'vitest';
import { createPump, type PumpState } from '$lib/simulate/pump';
import { ratedInputs, type PumpInputs } from '$lib/simulate/pump-inputs';
import golden from '../../golden/pump-steady-state.json';

/** The state after some time of constant inputs. */
function settle(inputs: Partial<PumpInputs> = {}, seconds = 4 * 3600): PumpState {
  const pump = createPump(20);
  let state = pump.advance({ ...ratedInputs, ...inputs }, 0);
  for (let s = 0; s < seconds; s++) state = pump.advance({ ...ratedInputs, ...inputs }, 1);
  return state;
}

describe('pump', () => {
  const healthy = settle();

  it('settles near its rated point, with the slip of its load', () => {
    // Load 0.76 of 15 kW, slip 1.7 % × 0.76: 0.4 % above rated speed.
    expect(healthy.speedRpm).toBeCloseTo(3000 * (1 - 0.017 * 0.764), 0);
    expect(healthy.flowLMin).toBeCloseTo(1005, -1);
    expect(healthy.bearingC).toBeCloseTo(20 + 30 * (healthy.speedRpm / 2950) ** 1.2, 3);
    expect(healthy.casingC).toBeCloseTo(25.05, 2);
    // √(0.9² + 0.5² + 0.8² + 0.2² + 0.1²), a little more for the speed.
    expect(healthy.vibrationMmS).toBeGreaterThan(1.32);
    expect(healthy.vibrationMmS).toBeLessThan(1.34);
    // 50.1 °C: 2 bar × exp(838.7 · (1/145.1 − 1/150))^0.4.
    expect(healthy.oilPressureBar).toBeCloseTo(2.16, 2);
  });

  it('starts in seconds and warms in a quarter of an hour', () => {
    const pump = createPump(20);
    const off = pump.advance({ ...ratedInputs, synchronousRpm: 0 }, 60);
    expect(off).toMatchObject({
      isRunning: false,
      speedRpm: 0,
      flowLMin: 0,
      currentA: 0,
      oilPressureBar: 0,
      bearingC: 20
    });
    let state = off;
    for (let s = 0; s < 900; s++) {
      state = pump.advance(ratedInputs, 1);
      if (s === 14) expect(state.flowLMin / healthy.flowLMin).toBeGreaterThan(0.97);
    }
    // One time constant: all but 1/e of the way.
    expect((state.bearingC - 20) / (healthy.bearingC - 20)).toBeCloseTo(1 - Math.exp(-1), 2);
    expect(state.oilPressureBar).toBeGreaterThan(healthy.oilPressureBar);
  });

  it('does not depend on how a constant hour is cut into steps', () => {
    const coarse = createPump(20);
    for (let s = 0; s < 3600; s += 10) coarse.advance(ratedInputs, 10);
    const fine = settle({}, 3600);
    const last = coarse.advance(ratedInputs, 0);
    expect(last.bearingC).toBeCloseTo(fine.bearingC, 1);
    expect(last.flowLMin).toBeCloseTo(fine.flowLMin, 6);
  });

  it('shows bearing wear in vibration, heat and a little current, and not in the water', () => {
    const worn = settle({ bearingWear: 20 });
    expect(worn.vibrationMmS).toBeCloseTo(Math.hypot(healthy.vibrationMmS, 0.2 * 21), 1);
    expect(worn.bearingC - healthy.bearingC).toBeCloseTo(30, 0);
    expect(worn.currentA / healthy.currentA - 1).toBeGreaterThan(0.01);
    expect(worn.currentA / healthy.currentA - 1).toBeLessThan(0.02);
    for (const name of ['flowLMin', 'suctionPressureBar', 'dischargePressureBar', 'speedRpm'] as const)
      expect(Math.abs(worn[name] / healthy[name] - 1), name).toBeLessThan(0.001);
    expect(worn.casingC).toBeCloseTo(healthy.casingC, 1);
  });

  it('vibrates more away from best efficiency and under cavitation', () => {
    expect(settle({ resistanceFactor: 10 }, 60).vibrationMmS).toBeGreaterThan(1.1 * healthy.vibrationMmS);
    const cavitating = settle({ sourcePressureBar: -0.33, fluidC: 80 }, 60);
    expect(cavitating.npshRatio).toBeLessThan(0.6);
    expect(cavitating.vibrationMmS).toBeGreaterThan(1.5 * healthy.vibrationMmS);
  });

  it('takes the current of a standing rotor for seconds when it is put straight on the line, and none of it on a drive', () => {
    const runUp = (isDirectStart: boolean) => {
      const pump = createPump(20);
      return Array.from({ length: 15 }, () => pump.advance({ ...ratedInputs, isDirectStart }, 1).currentA / 27);
    };
    const direct = runUp(true);
    expect(direct[0]).toBeGreaterThan(6);
    expect(direct[0]).toBeLessThan(7);
    expect(direct.filter((ratio) => ratio > 3).length).toBeGreaterThanOrEqual(4);
    expect(direct.filter((ratio) => ratio > 3).length).toBeLessThanOrEqual(10);
    expect(direct.at(-1)).toBeLessThan(1);
    expect(Math.max(...runUp(false))).toBeLessThan(1);
  });

  it('keeps spinning for seconds after it is switched off', () => {
    const pump = createPump(20);
    for (let s = 0; s < 60; s++) pump.advance(ratedInputs, 1);
    const off = { ...ratedInputs, synchronousRpm: 0 };
    expect(pump.advance(off, 5)).toMatchObject({ isRunning: false, currentA: 0 });
    expect(pump.advance(off, 0).speedRpm / 2960).toBeCloseTo(Math.exp(-1), 2);
    expect(pump.advance(off, 30).speedRpm).toBeLessThan(10);
  });

  it('runs dry on half its current, with both gauges at zero', () => {
    const dry = settle({ dryness: 1 }, 600);
    expect(dry.flowLMin).toBeCloseTo(0, 6);
    expect(dry.suctionPressureBar).toBeCloseTo(0, 6);
    expect(dry.dischargePressureBar).toBeCloseTo(0, 6);
    expect(dry.currentA / healthy.currentA).toBeCloseTo(golden.dryRun.currentRatio, 1);
    expect(dry.speedRpm).toBeGreaterThan(healthy.speedRpm);
  });

  it('boils its own water when the valve is shut', () => {
    const pump = createPump(25);
    for (let s = 0; s < 3600; s++) pump.advance(ratedInputs, 1);
    const before = pump.advance(ratedInputs, 0).casingC;
    for (let s = 0; s < 120; s++) pump.advance({ ...ratedInputs, resistanceFactor: 1e5 }, 1);
    const perMinute = (pump.advance(ratedInputs, 0).casingC - before) / 2;
    expect(perMinute).toBeGreaterThan(0.8 * golden.deadHeadHeatingKMin);
    expect(perMinute).toBeLessThan(1.1 * golden.deadHeadHeatingKMin);
  });

  it('trips with a blocked rotor in seconds, after six times its current, and stays off until it is reset', () => {
    const pump = createPump(20);
    for (let s = 0; s < 3600; s++) pump.advance(ratedInputs, 1);
    const blocked = { ...ratedInputs, blocked: 1 };
    const currents: number[] = [];
    let state = pump.advance(blocked, 1);
    for (let s = 0; s < 30 && !state.isTripped; s++) {
      currents.push(state.currentA / 27);
      state = pump.advance(blocked, 1);
    }
    expect(Math.max(...currents)).toBeGreaterThan(5);
    expect(currents.length).toBeGreaterThan(3);
    expect(state.isTripped).toBe(true);
    expect(pump.advance(ratedInputs, 60)).toMatchObject({ isTripped: true, isRunning: false, currentA: 0 });
    pump.reset();
    for (let s = 0; s < 60; s++) state = pump.advance(ratedInputs, 1);
    expect(state).toMatchObject({ isTripped: false, isRunning: true });
    expect(state.flowLMin).toBeGreaterThan(900);
  });

  it('bears its starts and its full load for ever', () => {
    const pump = createPump(20);
    let state = pump.advance(ratedInputs, 0);
    for (let hour = 0; hour < 6; hour++) {
      for (let s = 0; s < 1200; s++) state = pump.advance({ ...ratedInputs, synchronousRpm: 0 }, 1);
      for (let s = 0; s < 2400; s++)
        state = pump.advance({ ...ratedInputs, isDirectStart: true, resistanceFactor: 0.2, staticHeadM: 5 }, 1);
      expect(state.isTripped).toBe(false);
    }
    expect(state.currentA).toBeGreaterThan(26);
  });

  it('lets water run back through a leaking check valve while it stands, until the line is empty', () => {
    const pump = createPump(20);
    for (let s = 0; s < 60; s++) pump.advance(ratedInputs, 1);
    const off = { ...ratedInputs, synchronousRpm: 0, checkValveLeak: 1 };
    for (let s = 0; s < 60; s++) pump.advance(off, 1);
    const early = { ...pump.advance(off, 1) };
    expect(early.speedRpm).toBeLessThan(-300);
    expect(early.flowLMin).toBeLessThan(-100);
    expect(early.suctionPressureBar).toBeGreaterThan(off.sourcePressureBar);
    expect(early.dischargePressureBar).toBeGreaterThan(early.suctionPressureBar + 0.3);
    const late = pump.advance(off, 4 * 3600);
    expect(late.speedRpm).toBeCloseTo(0, 0);
    expect(late.dischargePressureBar).toBeCloseTo(late.suctionPressureBar, 3);
  });

  it('comes to rest when switched off', () => {
    const pump = createPump(20);
    for (let s = 0; s < 600; s++) pump.advance(ratedInputs, 1);
    let state = pump.advance({ ...ratedInputs, synchronousRpm: 0 }, 1);
    for (let s = 0; s < 3 * 3600; s++) state = pump.advance({ ...ratedInputs, synchronousRpm: 0 }, 1);
    expect(Object.values(state).some((value) => Number.isNaN(value))).toBe(false);
    expect(state.currentA).toBe(0);
    expect(Math.abs(state.flowLMin)).toBeLessThan(1e-6);
    expect(state.bearingC).toBeCloseTo(20, 1);
    expect(state.dischargePressureBar).toBeCloseTo(state.suctionPressureBar, 6);
  });
});
