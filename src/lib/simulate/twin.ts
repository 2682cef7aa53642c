/**
 * One simulated pump with its day, its faults and its instruments: read it at any step of time, and it gives ten channels. A seed
 * and the same calls give the same readings, bit for bit. It knows nothing of clocks, rows and sources.
 */
import { createRandom } from '../domain/random';
import { faultLevel, type TwinFault } from './fault';
import { ambientC, everydayOperation, setOperation, type Operation } from './operation';
import { createPump, type PumpState } from './pump';
import { isPumpFault, pumpEffects } from './pump-faults';
import { ratedInputs, type PumpInputs } from './pump-inputs';
import { drawDelayS, spoilValue, type SensorFaultKind } from './sensor-faults';
import { createInstruments, sensors, showSteps } from './sensors';

/** How a twin begins. */
export interface TwinOptions {
  seed: number;
  /** Time of its start, ms since 1970 UTC: what the weather goes by. */
  startMs: number;
  operation?: Operation;
  /** Longest step of the physics, s. A reading further apart is computed in several. */
  stepS?: number;
  /** Has been running for hours when it starts; otherwise it stands still and cold. */
  isWarm?: boolean;
}

/** A pump to be read. */
export interface Twin {
  /** Goes on by `seconds`, more than 0. */
  advance(seconds: number): void;
  /** Writes ten readings taken `seconds` after those before into `into`, in the order of `sensors`; NaN is missing. */
  measure(seconds: number, into: Float64Array): void;
  /** Seconds since the start. */
  elapsedS(): number;
  /** By how much the latest reading arrives late, s. */
  delayS(): number;
  /** The truth behind the latest reading. */
  state(): Readonly<PumpState>;
  inject(fault: TwinFault): void;
  /** Ends all faults and puts a tripped relay back. What wore or warmed up meanwhile heals or cools by itself. */
  clear(): void;
  faults(): readonly TwinFault[];
}

const secondsPerHour = 3600;
const dayMs = 86_400_000;
/** Memory of the water's unrest. */
const turbulenceLagS = 3;

/** A fault at work. `frozen` is what its stuck sensors show. */
interface Active {
  fault: TwinFault;
  level: number;
  frozen: Float64Array;
}

/** Creates a twin at its start. */
export function createTwin(options: TwinOptions): Twin {
  const { seed, startMs, operation = everydayOperation, stepS = 1, isWarm = false } = options;
  const random = createRandom(seed);
  // Streams of their own, so that a fault changes nothing but what it is about.
  const unrest = createRandom(seed ^ 0x5bd1e995);
  const mishaps = createRandom(seed ^ 0x1b873593);
  const instruments = createInstruments(random);
  const startHour = (((startMs % dayMs) + dayMs) % dayMs) / (1000 * secondsPerHour);
  const inputs: PumpInputs = { ...ratedInputs };
  const pump = createPump(ambientC(operation, startHour));
  const now = { tS: 0, wander: 0, turbulence: 0, delayS: 0 };
  const keep = { seconds: NaN, demand: 0, water: 0 };
  let active: Active[] = [];
  let state = begin();

  function begin(): PumpState {
    setInputs();
    if (!isWarm) return pump.advance({ ...inputs, synchronousRpm: 0 }, 0);
    // Slip, flow and temperatures depend on each other: a few long steps settle them.
    for (let settling = 0; settling < 6; settling++) pump.advance(inputs, 4 * secondsPerHour);
    return pump.advance(inputs, 0);
  }

  function advance(seconds: number): void {
    stir(seconds);
    const fromS = now.tS;
    const steps = Math.max(1, Math.ceil(seconds / stepS - 1e-9));
    for (let step = 0; step < steps; step++) {
      now.tS = fromS + (step * seconds) / steps;
      setInputs();
      state = pump.advance(inputs, seconds / steps);
    }
    now.tS = fromS + seconds;
  }

  /** Demand and water do not stand still. */
  function stir(seconds: number): void {
    if (seconds !== keep.seconds) {
      keep.seconds = seconds;
      keep.demand = Math.exp(-seconds / operation.wanderLagS);
      keep.water = Math.exp(-seconds / turbulenceLagS);
    }
    now.wander = keep.demand * now.wander + Math.sqrt(1 - keep.demand * keep.demand) * random.normal();
    now.turbulence = keep.water * now.turbulence + Math.sqrt(1 - keep.water * keep.water) * unrest.normal();
  }

  function setInputs(): void {
    if (active.length > 0) Object.assign(inputs, ratedInputs);
    setOperation(inputs, operation, now.tS / secondsPerHour, startHour, now.wander);
    inputs.turbulence = now.turbulence;
    for (const one of active) {
      const { kind, startS } = one.fault;
      one.level = faultLevel(one.fault, now.tS);
      if (one.level > 0 && isPumpFault(kind)) pumpEffects[kind](inputs, one.level, now.tS - startS);
    }
  }

  function measure(seconds: number, into: Float64Array): void {
    instruments.measure(state, seconds, into);
    now.delayS = 0;
    for (const one of active) if (one.level > 0 && !isPumpFault(one.fault.kind)) spoil(one, one.fault.kind, into);
    if (active.length > 0) showSteps(into);
  }

  function spoil({ fault, level, frozen }: Active, kind: SensorFaultKind, values: Float64Array): void {
    if (kind === 'late-packets') now.delayS = Math.max(now.delayS, drawDelayS(level, mishaps));
    else
      for (let c = 0; c < sensors.length; c++)
        if (fault.channel === null || sensors[c]!.name === fault.channel)
          spoilValue(kind, c, level, values, frozen, mishaps);
  }

  return {
    advance,
    measure,
    elapsedS: () => now.tS,
    delayS: () => now.delayS,
    state: () => state,
    inject: (fault) => active.push({ fault, level: 0, frozen: new Float64Array(sensors.length).fill(NaN) }),
    clear: () => {
      active = [];
      Object.assign(inputs, ratedInputs);
      pump.reset();
    },
    faults: () => active.map(({ fault }) => fault)
  };
}
