import { describe, expect, it } from 'vitest';
import { createPump, type PumpState } from '$lib/simulate/pump';
import { pumpEffects, type PumpFaultKind } from '$lib/simulate/pump-faults';
import { ratedInputs, type PumpInputs } from '$lib/simulate/pump-inputs';

/** Two steady hours on ratedInputs with a fault that began with them. */
function settle(kind?: PumpFaultKind, level = 1, before: Partial<PumpInputs> = {}): PumpState {
  const pump = createPump(20);
  let state = pump.advance(ratedInputs, 0);
  for (let ageS = 0; ageS < 7200; ageS += 2) {
    const inputs = { ...ratedInputs, ...before };
    if (kind) pumpEffects[kind](inputs, level, ageS);
    state = pump.advance(inputs, 2);
  }
  return state;
}

const healthy = settle();

/** Change of each channel: %, bar and K as in the signatures of the domain reference, 11.1 and 13.4; vibration as a factor. */
function changeOf(state: PumpState) {
  const percent = (name: 'flowLMin' | 'currentA' | 'speedRpm') => 100 * (state[name] / healthy[name] - 1);
  return {
    rpm: percent('speedRpm'),
    bearing: state.bearingC - healthy.bearingC,
    oil: state.oilPressureBar - healthy.oilPressureBar,
    vibration: state.vibrationMmS / healthy.vibrationMmS,
    flow: percent('flowLMin'),
    suction: state.suctionPressureBar - healthy.suctionPressureBar,
    discharge: state.dischargePressureBar - healthy.dischargePressureBar,
    current: percent('currentA'),
    casing: state.casingC - healthy.casingC,
    ambient: state.ambientC - healthy.ambientC
  };
}

type Channel = keyof ReturnType<typeof changeOf>;
type Range = readonly [low: number, high: number];

/** What "no change" may be at most. */
const still: Record<Channel, Range> = {
  rpm: [-0.35, 0.35],
  bearing: [-0.7, 0.7],
  oil: [-0.03, 0.03],
  vibration: [0.97, 1.04],
  flow: [-0.8, 0.8],
  suction: [-0.02, 0.02],
  discharge: [-0.06, 0.06],
  current: [-0.6, 0.6],
  casing: [-0.3, 0.3],
  ambient: [0, 0]
};

/** Kind, severity, and what changes; every channel not named stays. */
const signatures: [PumpFaultKind, number, Partial<Record<Channel, Range>>][] = [
  [
    'cavitation',
    0.2,
    {
      flow: [-4, -2],
      suction: [-1.6, -0.8],
      discharge: [-1.8, -0.9],
      current: [-5, -2],
      vibration: [1.1, 2],
      bearing: [0.5, 5],
      oil: [-0.2, 0]
    }
  ],
  [
    'cavitation',
    1,
    {
      flow: [-40, -36],
      suction: [-1.8, -0.9],
      discharge: [-3.9, -3],
      current: [-32, -28],
      vibration: [1.5, 4],
      bearing: [1, 5],
      oil: [-0.2, 0],
      rpm: [0, 0.8]
    }
  ],
  ['strainer', 5 / 12, { flow: [-6, -4], suction: [-0.45, -0.4], discharge: [-0.35, -0.29], current: [-3, -1] }],
  ['strainer', 1, { flow: [-12, -10], suction: [-0.92, -0.86], discharge: [-0.72, -0.64], current: [-5, -3] }],
  ['low-tank', 1, { suction: [-0.61, -0.59], discharge: [-0.61, -0.59] }],
  [
    'throttled',
    Math.log10(3),
    { flow: [-38, -34], suction: [0.1, 0.14], discharge: [0.65, 0.75], current: [-14, -10] }
  ],
  [
    'throttled',
    1,
    {
      flow: [-66, -62],
      suction: [0.15, 0.19],
      discharge: [0.97, 1.1],
      current: [-22, -19],
      vibration: [1.1, 2],
      rpm: [0, 0.6],
      casing: [0.05, 1],
      bearing: [0, 1]
    }
  ],
  [
    'dead-head',
    1,
    {
      flow: [-100, -99],
      suction: [0.18, 0.22],
      discharge: [1.1, 1.3],
      current: [-33, -29],
      vibration: [1.9, 3],
      casing: [60, 130],
      bearing: [2, 8],
      rpm: [0, 0.8],
      oil: [-0.3, 0]
    }
  ],
  [
    'dry-run',
    1,
    {
      flow: [-100, -100],
      suction: [-0.65, -0.55],
      discharge: [-5.8, -5.3],
      current: [-52, -48],
      vibration: [1.2, 3],
      bearing: [5, 15],
      casing: [30, 90],
      rpm: [0.2, 1.3],
      oil: [-0.5, 0]
    }
  ],
  ['leak', 1, { flow: [24, 28], suction: [-0.13, -0.09], discharge: [-0.72, -0.64], current: [8, 10] }],
  [
    'burst',
    1,
    {
      flow: [70, 74],
      suction: [-0.4, -0.36],
      discharge: [-2.4, -2.2],
      current: [24, 27],
      vibration: [1.1, 2],
      rpm: [-0.6, 0]
    }
  ],
  [
    'impeller-wear',
    0.5,
    { flow: [-7, -5], suction: [0.01, 0.03], discharge: [-0.41, -0.33], current: [-8, -6], vibration: [1.05, 1.5] }
  ],
  [
    'impeller-wear',
    1,
    { flow: [-13.5, -11], suction: [0.03, 0.06], discharge: [-0.82, -0.7], current: [-14, -12], vibration: [1.1, 1.6] }
  ],
  ['wear-ring', 0.5, { flow: [-4, -2], suction: [-0.04, -0.02], discharge: [-0.21, -0.15], current: [2, 3] }],
  ['wear-ring', 1, { flow: [-7, -5], suction: [-0.07, -0.05], discharge: [-0.4, -0.32], current: [4, 6] }],
  [
    'gas',
    1 / 3,
    { flow: [-7, -5], suction: [0.01, 0.03], discharge: [-0.41, -0.33], current: [-8, -6], vibration: [1.1, 2] }
  ],
  [
    'gas',
    1,
    {
      flow: [-22, -18],
      suction: [0.06, 0.08],
      discharge: [-1.25, -1.1],
      current: [-21, -18],
      vibration: [1.2, 2.2],
      rpm: [0, 0.5]
    }
  ],
  ['bearing-wear', 0.2, { bearing: [5, 15], oil: [-0.4, 0], vibration: [1.2, 2], current: [0, 3] }],
  ['bearing-wear', 1, { bearing: [20, 45], oil: [-0.9, 0], vibration: [2.5, 5], current: [0, 3] }],
  ['lube-loss', 1, { oil: [-2, -1.4], bearing: [25, 60], vibration: [1, 2], current: [0, 3] }],
  ['over-greased', 1, { bearing: [5, 20], oil: [-0.4, 0] }],
  ['unbalance', 1, { vibration: [2, 4], bearing: [0, 3], oil: [-0.1, 0] }],
  ['misalignment', 1, { vibration: [1.5, 4], bearing: [3, 11], oil: [-0.35, 0], current: [1, 3] }],
  ['looseness', 1, { vibration: [1.5, 4] }],
  [
    'seal-leak',
    1,
    { flow: [-2, 0], discharge: [-0.1, 0], bearing: [2, 12], oil: [-0.8, -0.1], casing: [1, 5], current: [0, 1.5] }
  ],
  [
    'rub',
    1,
    { current: [8, 15], vibration: [2, 5], bearing: [5, 20], oil: [-0.4, 0], casing: [2, 10], rpm: [-0.4, -0.1] }
  ],
  [
    'overload',
    1,
    {
      current: [40, 60],
      rpm: [-1, -0.4],
      bearing: [1, 8],
      oil: [-0.2, 0],
      casing: [1, 8],
      flow: [-2, 0],
      discharge: [-0.1, 0]
    }
  ],
  [
    'wrong-rotation',
    1,
    {
      flow: [-60, -30],
      discharge: [-3, -1.8],
      suction: [0, 0.2],
      current: [-10, 10],
      vibration: [1.3, 4],
      casing: [0, 1]
    }
  ],
  // No faults.
  [
    'speed-change',
    1,
    {
      rpm: [-20, -19],
      flow: [-30, -26],
      suction: [0.07, 0.11],
      discharge: [-1.65, -1.45],
      current: [-36, -33],
      vibration: [0.6, 0.9],
      oil: [-0.4, 0.1],
      bearing: [-8, -5]
    }
  ],
  ['hot-ambient', 1, { ambient: [15, 15], bearing: [14, 16], oil: [-0.5, -0.1] }],
  ['hot-product', 1, { casing: [39, 41] }],
  ['tank-level', 1, { suction: [-0.31, -0.29], discharge: [-0.31, -0.29] }]
];

describe('signatures of the domain reference', () => {
  it.each(signatures)('%s of severity %f', (kind, level, changed) => {
    const change = changeOf(settle(kind, level));
    const expected = { ...still, ...changed };
    const outside = Object.entries(change).filter(([name, value]) => {
      const [low, high] = expected[name as Channel];
      return !(value >= low - 1e-9 && value <= high + 1e-9);
    });
    expect(outside.map(([name, value]) => `${name} ${value.toFixed(3)} not in ${expected[name as Channel]}`)).toEqual(
      []
    );
  });

  it('has one for each kind whose effect is steady', () => {
    const steady = new Set(signatures.map(([kind]) => kind));
    expect(Object.keys(pumpEffects).filter((kind) => !steady.has(kind as PumpFaultKind))).toEqual([
      'rotor-blocked',
      'phase-loss',
      'check-valve',
      'switched-off'
    ]);
  });
});

describe('faults that end in a trip', () => {
  const run = (kind: PumpFaultKind, level: number, seconds: number) => {
    const pump = createPump(20);
    for (let s = 0; s < 7200; s++) pump.advance(ratedInputs, 1);
    const inputs = { ...ratedInputs };
    pumpEffects[kind](inputs, level, 0);
    return Array.from({ length: seconds }, () => ({ ...pump.advance(inputs, 1) }));
  };

  it('a blocked rotor: slow and 5 to 7 times the current, then off', () => {
    const states = run('rotor-blocked', 1, 60);
    expect(Math.max(...states.map(({ currentA }) => currentA / 27))).toBeGreaterThan(5);
    expect(Math.max(...states.map(({ currentA }) => currentA / 27))).toBeLessThan(7);
    expect(Math.max(...states.map(({ vibrationMmS }) => vibrationMmS))).toBeGreaterThan(2);
    const last = states.at(-1)!;
    expect(last).toMatchObject({ isTripped: true, currentA: 0, vibrationMmS: 0.1 });
    expect(last.flowLMin).toBeLessThan(1);
    expect(last.dischargePressureBar).toBeLessThan(1);
  });

  it('a lost phase: slower, rougher, 70 % more current, and off after minutes', () => {
    const states = run('phase-loss', 1, 1200);
    const change = changeOf(states[60]!);
    expect(change.rpm).toBeGreaterThan(-3);
    expect(change.rpm).toBeLessThan(-1);
    expect(change.flow).toBeGreaterThan(-6);
    expect(change.flow).toBeLessThan(-2);
    expect(change.current).toBeGreaterThan(50);
    expect(change.current).toBeLessThan(75);
    expect(change.vibration).toBeGreaterThan(1.2);
    const tripS = states.findIndex(({ isTripped }) => isTripped);
    expect(tripS).toBeGreaterThan(120);
    expect(tripS).toBeLessThan(1100);
  });
});

it('adds up: a throttled pump with a worn bearing has the water of the one and the bearing of the other', () => {
  const both = (() => {
    const pump = createPump(20);
    const inputs = { ...ratedInputs };
    pumpEffects.throttled(inputs, 0.5, 0);
    pumpEffects['bearing-wear'](inputs, 0.5, 0);
    let state = pump.advance(inputs, 0);
    for (let s = 0; s < 7200; s += 2) state = pump.advance(inputs, 2);
    return state;
  })();
  expect(both.flowLMin).toBeCloseTo(settle('throttled', 0.5).flowLMin, 0);
  expect(both.bearingC).toBeCloseTo(settle('bearing-wear', 0.5).bearingC, 0);
});

it('cavitates hot water as cold, relative to its vapour', () => {
  const cold = settle('cavitation', 1);
  const hot = settle('cavitation', 1, { fluidC: 80 });
  expect(hot.npshRatio).toBeCloseTo(cold.npshRatio, 6);
  expect(hot.npshRatio).toBeCloseTo(0.534, 2);
});
