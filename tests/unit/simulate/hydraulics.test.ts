import { describe, expect, it } from 'vitest';
import { ratedConditions, solveDryRun, solveOperatingPoint, type Conditions } from '$lib/simulate/hydraulics';
import { ratedPump } from '$lib/simulate/pump-rating';

/** The test vectors of the domain reference, 13.5: Q L/min, Ps, Pd, ΔP bar, H m, P kW, I A, NPSH ratio, efficiency. */
const table: [name: string, change: Partial<Conditions>, expected: number[]][] = [
  ['baseline', {}, [1000.0, 0.604, 5.499, 4.895, 50.0, 11.331, 20.91, 4.628, 0.72]],
  ['strainer moderate', { extraSuctionLoss: 5e-6 }, [948.7, 0.183, 5.176, 4.993, 51.0, 11.07, 20.55, 3.559, 0.713]],
  ['strainer severe', { extraSuctionLoss: 1.2e-5 }, [888.5, -0.282, 4.819, 5.101, 52.11, 10.763, 20.12, 2.255, 0.702]],
  [
    'strainer 1.45e-5',
    { extraSuctionLoss: 1.45e-5 },
    [869.7, -0.422, 4.712, 5.134, 52.44, 10.667, 19.99, 1.835, 0.698]
  ],
  [
    'strainer 60 °C',
    { extraSuctionLoss: 1e-5, fluidC: 60 },
    [904.5, -0.161, 4.912, 5.073, 51.82, 10.845, 20.23, 2.074, 0.705]
  ],
  ['low tank', { sourcePressureBar: 0.2 }, [1000.0, 0.004, 4.899, 4.895, 50.0, 11.331, 20.91, 2.877, 0.72]],
  [
    'low tank 70 °C',
    { sourcePressureBar: -0.1, fluidC: 70 },
    [992.4, -0.293, 4.551, 4.844, 49.47, 11.194, 20.72, 1.199, 0.716]
  ],
  [
    'cavitation -0.05',
    { sourcePressureBar: -0.05, fluidC: 80 },
    [970.6, -0.234, 4.462, 4.696, 47.97, 10.806, 20.18, 0.91, 0.703]
  ],
  [
    'cavitation -0.20',
    { sourcePressureBar: -0.2, fluidC: 80 },
    [849.9, -0.341, 3.602, 3.944, 40.28, 8.94, 17.66, 0.656, 0.625]
  ],
  [
    'cavitation -0.27',
    { sourcePressureBar: -0.27, fluidC: 80 },
    [744.6, -0.379, 2.99, 3.368, 34.4, 7.629, 15.99, 0.582, 0.548]
  ],
  [
    'cavitation -0.33',
    { sourcePressureBar: -0.33, fluidC: 80 },
    [621.5, -0.406, 2.386, 2.792, 28.52, 6.395, 14.59, 0.534, 0.452]
  ],
  ['throttled x3', { resistanceFactor: 3 }, [636.7, 0.721, 6.198, 5.477, 55.95, 9.479, 18.37, 6.782, 0.613]],
  ['throttled x10', { resistanceFactor: 10 }, [362.7, 0.774, 6.52, 5.745, 58.68, 8.082, 16.56, 8.411, 0.43]],
  ['dead-head', { resistanceFactor: 1e5 }, [3.7, 0.8, 6.674, 5.874, 60.0, 6.251, 14.43, 9.453, 0.006]],
  ['downstream leak', { resistanceFactor: 0.5 }, [1256.6, 0.491, 4.819, 4.328, 44.21, 12.64, 22.77, 3.409, 0.717]],
  ['burst', { resistanceFactor: 0.2, staticHeadM: 5 }, [1719.6, 0.221, 3.2, 2.979, 30.43, 15.001, 26.21, 1.866, 0.569]],
  ['impeller -10 %', { impellerFactor: 0.9 }, [941.5, 0.626, 5.132, 4.506, 46.02, 10.316, 19.51, 4.946, 0.685]],
  ['impeller -20 %', { impellerFactor: 0.8 }, [876.0, 0.65, 4.748, 4.098, 41.86, 9.308, 18.15, 5.317, 0.643]],
  ['wear ring 100', { leakLMin: 100 }, [972.4, 0.575, 5.323, 4.748, 48.5, 11.7, 21.43, 4.255, 0.725]],
  ['wear ring 200', { leakLMin: 200 }, [942.7, 0.544, 5.14, 4.596, 46.94, 12.059, 21.94, 3.914, 0.726]],
  ['speed -5 %', { speedRpm: 2950 * 0.95 }, [932.7, 0.63, 5.079, 4.45, 45.45, 9.636, 18.58, 5.296, 0.718]],
  ['speed -20 %', { speedRpm: 2950 * 0.8 }, [721.1, 0.698, 3.949, 3.25, 33.2, 5.544, 13.68, 8.365, 0.705]],
  ['gas 5 %', { gasFraction: 0.05 }, [941.5, 0.626, 5.132, 4.506, 46.02, 10.316, 19.51, 4.946, 0.685]],
  ['gas 15 %', { gasFraction: 0.15 }, [801.8, 0.674, 4.346, 3.671, 37.5, 8.308, 16.85, 5.757, 0.591]],
  ['bearing friction', { frictionW: 300 }, [1000.0, 0.604, 5.499, 4.895, 50.0, 11.631, 21.33, 4.628, 0.701]],
  ['rub', { frictionW: 1500 }, [1000.0, 0.604, 5.499, 4.895, 50.0, 12.831, 23.04, 4.628, 0.636]]
];

describe('steady state', () => {
  it.each(table)('%s', (_, change, expected) => {
    const point = solveOperatingPoint({ ...ratedConditions, ...change });
    const { suctionPressureBar: ps, dischargePressureBar: pd } = point;
    const found = [point.flowLMin, ps, pd, pd - ps, point.headM, point.shaftW / 1000];
    found.push(point.currentA, point.npshRatio, point.efficiency);
    // Beside 0.1 %: 0.002 bar on pressures, and the last printed digit of what the table rounds coarsely.
    const absolute = [0.05, 0.002, 0.002, 0.002, 0.005, 0.0005, 0.005, 0.0005, 0.0005];
    found.forEach((value, i) => {
      const tolerance = Math.max(1e-3 * Math.abs(expected[i]!), absolute[i]!);
      expect(Math.abs(value - expected[i]!), `column ${i}: ${value}`).toBeLessThanOrEqual(tolerance);
    });
  });

  it('takes half the current when dry', () => {
    const dry = solveDryRun();
    const rated = solveOperatingPoint(ratedConditions);
    expect(dry.shaftW).toBeCloseTo(1359.7, 0);
    expect(dry.currentA).toBeCloseTo(10.54, 2);
    expect(dry.currentA / rated.currentA).toBeCloseTo(0.504, 3);
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
    for (const [name, change] of table) {
      const point = solveOperatingPoint({ ...ratedConditions, ...change });
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
