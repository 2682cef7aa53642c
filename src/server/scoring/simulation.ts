/**
 * The pump twin as a source of the server's own: it feeds the same intake as everybody. One simulation runs at a time. Its pumps are its own:
 * when it starts, what an earlier one has left of them is deleted, since its time may have run ahead.
 */
import type { Clock } from '../../lib/domain/clock';
import type { Reading } from '../../lib/domain/reading';
import type { TwinSetup } from '../../lib/domain/source';
import { nameAssets } from '../../lib/simulate/fleet';
import type { TwinFault } from '../../lib/simulate/fault';
import { createTwinSource, type TwinSource } from '../../lib/simulate/source';
import type { Ingest } from './ingest';

export interface SimulationSetup extends Omit<TwinSetup, 'kind' | 'id' | 'name'> {
  fault: TwinFault | null;
}

/** What runs now. */
export interface RunningSimulation {
  assets: readonly string[];
  startedMs: number;
  setup: SimulationSetup;
  /** Readings sent, and those that were lost because too much waited. */
  sent: number;
  lost: number;
}

export interface Simulation {
  /** Starts it; `busy` where one runs, or a pump's name where a real pump bears it. */
  start(
    setup: SimulationSetup
  ): Promise<RunningSimulation | { refused: 'busy' } | { refused: 'real'; assetId: string }>;
  /** Ends it; what ran, or null. Its readings stay. */
  stop(): Promise<RunningSimulation | null>;
  running(): RunningSimulation | null;
}

/** Creates the place of the simulation; nothing runs. */
export function createSimulation(ingest: Ingest, clock: Clock): Simulation {
  let source: TwinSource | null = null;
  let running: RunningSimulation | null = null;
  let isStarting = false;

  async function send(to: RunningSimulation, readings: Reading[]): Promise<void> {
    const incoming = readings.map(({ asset, tMs, values }) => ({ assetId: asset, tMs, values }));
    to.sent += incoming.length;
    const taken = await ingest.take(incoming, true);
    if (taken.kind !== 'stored') to.lost += incoming.length;
  }

  async function begin(setup: SimulationSetup): ReturnType<Simulation['start']> {
    const assets = nameAssets(setup.asset, setup.pumps);
    for (const assetId of assets) if ((await ingest.find(assetId)) === 'real') return { refused: 'real', assetId };
    await ingest.forget(assets);
    const started: RunningSimulation = { assets, startedMs: clock.now(), setup, sent: 0, lost: 0 };
    const twin = createTwinSource(
      { kind: 'twin', id: 'simulation', name: 'Simulation', ...setup },
      {
        readings: (readings) => void send(started, readings),
        state: () => {},
        loss: ({ count }) => (started.lost += count),
        stale: () => {}
      },
      clock
    );
    twin.open();
    if (setup.fault) for (const asset of assets) twin.inject(asset, setup.fault);
    source = twin;
    running = started;
    return started;
  }

  return {
    async start(setup) {
      if (running || isStarting) return { refused: 'busy' };
      isStarting = true;
      try {
        return await begin(setup);
      } finally {
        isStarting = false;
      }
    },
    async stop() {
      const stopped = running;
      running = null;
      await source?.close();
      source = null;
      return stopped;
    },
    running: () => running
  };
}
