import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveHeadM, findImpellerFlow, headFactor, netFlowLMin, ratedConditions } from '$lib/simulate/hydraulics';
import { deadHeadHeatingKS, solveDryRun, solveOperatingPoint } from '$lib/simulate/operating-point';
import { ratedPump } from '$lib/simulate/pump-rating';
import { vapourPressurePa } from '$lib/simulate/water';
import golden from '../../golden/pump-steady-state.json';

const cases = golden.cases.map(({ name, conditions, point }) => ({
  name,
  conditions: { ...ratedConditions, ...conditions },
  point
}));

describe('steady state', () => {
  it.each(cases)('$name', ({ conditions, point: { shaftKW, ...expected } }) => {
    const { shaftW, ...found } = solveOperatingPoint(conditions);
    // The reference halves its interval 80 times; its numbers are kept to nine digits.
    const isNear = (value: number, wanted: number) => Math.abs(value - wanted) <= 1e-8 * Math.max(1, Math.abs(wanted));
    expect(shaftW / 1000).toSatisfy((value: number) => isNear(value, shaftKW));
    for (const [name, wanted] of Object.entries(expected))
      expect(found[name as keyof typeof found], name).toSatisfy((value: number) => isNear(value, wanted));
  });

  it('takes half the current when dry', () => {
    const dry = solveDryRun();
    expect(dry.shaftW / 1000).toBeCloseTo(golden.dryRun.shaftKW, 6);
    expect(dry.currentA).toBeCloseTo(golden.dryRun.currentA, 6);
    expect(dry.currentA / solveOperatingPoint(ratedConditions).currentA).toBeCloseTo(golden.dryRun.currentRatio, 6);
  });

  it('warms trapped water by ten kelvin a minute', () => {
    expect(60 * deadHeadHeatingKS()).toBeCloseTo(golden.deadHeadHeatingKMin, 5);
  });

  it('balances pump and system wherever water flows', () => {
    const anywhere = fc.record({
      speedRpm: fc.double({ min: 300, max: 3200, noNaN: true }),
      fluidC: fc.double({ min: 0, max: 95, noNaN: true }),
      sourcePressureBar: fc.double({ min: -0.9, max: 4, noNaN: true }),
      extraSuctionLoss: fc.double({ min: 0, max: 3e-5, noNaN: true }),
      resistanceFactor: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
      staticHeadM: fc.double({ min: 0, max: 40, noNaN: true }),
      impellerFactor: fc.double({ min: 0.3, max: 1.1, noNaN: true }),
      leakLMin: fc.double({ min: 0, max: 300, noNaN: true }),
      gasFraction: fc.double({ min: 0, max: 0.4, noNaN: true }),
      dryness: fc.double({ min: 0, max: 1, noNaN: true }),
      frictionW: fc.constant(0)
    });
    const resistance = (ratedPump.headM - ratedPump.staticHeadM) / ratedPump.flowLMin ** 2 - ratedPump.suctionLoss;
    fc.assert(
      fc.property(anywhere, (conditions) => {
        const vapourPa = vapourPressurePa(conditions.fluidC);
        const excessM = (q: number) =>
          curveHeadM(q, conditions, ratedPump) * headFactor(q, conditions, ratedPump, vapourPa) -
          conditions.staticHeadM -
          resistance * conditions.resistanceFactor * netFlowLMin(q, conditions, ratedPump) ** 2 -
          (ratedPump.suctionLoss + conditions.extraSuctionLoss) * q ** 2;
        const flow = findImpellerFlow(conditions);
        if (excessM(0) <= 0) return flow === (conditions.leakLMin * conditions.speedRpm) / ratedPump.speedRpm;
        // Where all but the last of the water is lost, head is too small to tell flows apart.
        if (Math.abs(excessM(flow)) < 1e-11) return true;
        // The head falls with the flow: a little less water leaves some over, a little more lacks some.
        return (flow < 1e-6 || excessM(flow - 1e-6) > 0) && (flow === 2200 || excessM(flow + 1e-6) < 0);
      }),
      { seed: 11, numRuns: 3000 }
    );
  });

  it.each([0.95, 0.8, 0.55])('follows the affinity laws at %f of the speed, where there is no static head', (r) => {
    const base = { ...ratedConditions, staticHeadM: 0, sourcePressureBar: 3 };
    const full = solveOperatingPoint(base);
    const slow = solveOperatingPoint({ ...base, speedRpm: base.speedRpm * r });
    expect(slow.flowLMin / full.flowLMin).toBeCloseTo(r, 9);
    expect(slow.headM / full.headM).toBeCloseTo(r ** 2, 9);
    expect(slow.shaftW / full.shaftW).toBeCloseTo(r ** 3, 9);
    expect(slow.efficiency).toBeCloseTo(full.efficiency, 9);
  });

  it('never gives more power to the water than it takes from the shaft', () => {
    for (const { name, conditions } of cases) {
      const point = solveOperatingPoint(conditions);
      const waterW = ((point.dischargePressureBar - point.suctionPressureBar) * 1e5 * point.impellerFlowLMin) / 60_000;
      expect(waterW, name).toBeLessThan(0.75 * point.shaftW);
      expect(point.heatingK, name).toBeGreaterThan(0);
    }
  });

  it('stands still without a NaN, and moves no water where it cannot lift', () => {
    const still = solveOperatingPoint({ ...ratedConditions, speedRpm: 0 });
    expect(still).toMatchObject({ flowLMin: 0, headM: 0, shaftW: 0, relativeFlow: 0, npshRatio: Infinity });
    expect(Object.values(still).some(Number.isNaN)).toBe(false);
    expect(solveOperatingPoint({ ...ratedConditions, speedRpm: 0.49 * ratedPump.speedRpm }).flowLMin).toBe(0);
    expect(solveOperatingPoint({ ...ratedConditions, speedRpm: 0.51 * ratedPump.speedRpm }).flowLMin).toBeGreaterThan(
      50
    );
  });
});
