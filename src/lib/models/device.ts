/**
 * Chooses the engine: each one is opened, must pass the test of forward, gradient and Adam, and the first that does runs.
 * The trials are kept, so that a page can say which one runs and why. A GPU comes with the CPU beside it: for small batches,
 * and for the day it is lost.
 */
import { backends, type BackendChoice, type BackendName, type BackendTrial, type EngineStatus } from '../domain/engine';
import type { Measurements } from '../domain/ports';
import { fail, ok, type Result } from '../domain/result';
import type { LstmEngine } from '../lstm/engine';
import { forwardGate, gradientGate, stepGate, testEngine } from '../lstm/engine-test';
import { createReferenceEngine } from '../lstm/reference/engine';
import { createRouter } from '../lstm/routing';
import { shareScoring, type OpenRemotes } from '../lstm/sharing';
import { createWasmEngine } from '../lstm/wasm/engine';
import { countParameters } from '../lstm/shape';
import type { LoadKernels } from '../lstm/wasm/module';
import type { FindTuning } from '../lstm/webgpu/engine';
import { parseRoute, parseTuning } from './measured';

/** What a host gives: where the kernels are, other threads to score in, a place for measurements, a clock in ms. */
export interface DeviceHost {
  loadKernels: LoadKernels;
  openRemotes: OpenRemotes;
  measured: Measurements;
  now: () => number;
  /** Lets the thread breathe, by a task of its own. */
  pause: () => Promise<void>;
  /** Told when the GPU is gone, and what computes instead. */
  onLost: (reason: string, now: Pick<EngineStatus, 'backend' | 'adapter' | 'hasF16'>) => void;
}

/** An engine that passed, and what to say of it. */
export interface ChosenEngine {
  engine: LstmEngine;
  status: EngineStatus;
}

/** Smaller networks take the kernels that usually win. */
const leastTuned = 5000;

interface Open {
  outcome: 'open';
  engine: LstmEngine;
  hasF16: boolean;
  lost: Promise<string>;
}
type Opened = Open | { outcome: 'absent' | 'software-adapter'; detail: string };
type Tried = { trial: BackendTrial; opened: Open | null };

/** The CPU does not go away. */
const never = new Promise<never>(() => {});

/**
 * Opens the best engine. `auto` passes over a software adapter, because the CPU is faster than a GPU that is imitated; a named
 * choice is tried first, computes everything itself, and falls back in the usual order. Fails with `no-backend` when none passes.
 */
export async function chooseEngine(choice: BackendChoice, host: DeviceHost): Promise<Result<ChosenEngine>> {
  const order = choice === 'auto' ? backends : [choice, ...backends.filter((name) => name !== choice)];
  const trials: BackendTrial[] = [];
  for (const backend of order) {
    const { trial, opened } = await tryEngine(backend, choice === backend, host);
    trials.push(trial);
    if (!opened) continue;
    const { engine, hasF16, lost } = opened;
    const status: EngineStatus = { backend, adapter: engine.detail, choice, trials, hasF16, lost: null };
    if (backend !== 'webgpu') return ok({ engine: withHelpers(engine, host), status });
    const beside = await openBeside(host);
    const router = createRouter({
      gpu: engine,
      cpu: beside,
      memory: { read: async (key) => parseRoute(await host.measured.read(key)), write: host.measured.write },
      now: host.now,
      onLost: (reason) => host.onLost(reason, { backend: beside.kind, adapter: beside.detail, hasF16: false }),
      lost,
      isForced: choice === 'webgpu'
    });
    return ok({ engine: router, status });
  }
  return fail(
    'no-backend',
    'engine',
    trials.map(({ backend, outcome, detail }) => `${backend}: ${outcome} ${detail}`.trim()).join(', '),
    'one that passes'
  );
}

/** The CPU beside a GPU: WebAssembly where it passes, the reference where not. */
async function openBeside(host: DeviceHost): Promise<LstmEngine> {
  const { opened } = await tryEngine('wasm', false, host);
  return opened ? withHelpers(opened.engine, host) : createReferenceEngine(host.pause);
}

/** Other threads run WebAssembly, so they help an engine that does and has passed, and no other. */
function withHelpers(engine: LstmEngine, { openRemotes }: DeviceHost): LstmEngine {
  return engine.kind === 'wasm' ? shareScoring(engine, openRemotes) : engine;
}

async function tryEngine(backend: BackendName, isNamed: boolean, host: DeviceHost): Promise<Tried> {
  const startMs = host.now();
  const tell = (outcome: BackendTrial['outcome'], detail: string, forward = NaN, gradient = NaN): BackendTrial => ({
    backend,
    outcome,
    forwardError: forward,
    gradientError: gradient,
    milliseconds: host.now() - startMs,
    detail
  });
  let engine: LstmEngine | null = null;
  try {
    const opened = await openEngine(backend, isNamed, host);
    if (opened.outcome !== 'open') return { trial: tell(opened.outcome, opened.detail), opened: null };
    engine = opened.engine;
    const { forward, gradient, step } = await testEngine(engine);
    // Written as "not within" so that NaN fails.
    const outcome = !(forward <= forwardGate)
      ? 'wrong-forward'
      : !(gradient <= gradientGate) || !(step <= stepGate)
        ? 'wrong-gradient'
        : 'passed';
    if (outcome !== 'passed') engine.dispose();
    return {
      trial: tell(outcome, engine.detail, forward, gradient),
      opened: outcome === 'passed' ? opened : null
    };
  } catch (error) {
    engine?.dispose();
    return { trial: tell('failed', error instanceof Error ? error.message : String(error)), opened: null };
  }
}

const openCpu = (engine: LstmEngine): Open => ({ outcome: 'open', engine, hasF16: false, lost: never });

async function openEngine(backend: BackendName, isNamed: boolean, host: DeviceHost): Promise<Opened> {
  if (backend === 'wasm') return openCpu(await createWasmEngine(host.loadKernels));
  if (backend === 'cpu') return openCpu(createReferenceEngine(host.pause));
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!gpu) return { outcome: 'absent', detail: '' };
  // Only a browser with a GPU pays for its kernels.
  const [{ openGpu }, { createGpuEngine }, { tuneGpu, tuningKey }] = await Promise.all([
    import('../lstm/webgpu/device'),
    import('../lstm/webgpu/engine'),
    import('../lstm/webgpu/autotune')
  ]);
  const context = await openGpu(gpu);
  if (context.isSoftware && !isNamed) {
    context.device.destroy();
    return { outcome: 'software-adapter', detail: context.adapterName };
  }
  const findTuning: FindTuning = async (shape, allowF16) => {
    // A processor that plays a GPU compiles for seconds and gains nothing; the self-test's network is not worth a measurement.
    if (context.isSoftware || countParameters(shape) < leastTuned) return undefined;
    const key = tuningKey(context, shape, allowF16);
    const known = parseTuning(await host.measured.read(key));
    if (known) return known;
    const tuning = await tuneGpu(context, shape, { allowF16, now: host.now });
    await host.measured.write(key, tuning);
    return tuning;
  };
  const engine = createGpuEngine(context, findTuning);
  return { outcome: 'open', engine, hasF16: context.hasF16, lost: context.lost };
}
