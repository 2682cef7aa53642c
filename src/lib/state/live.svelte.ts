/** Live monitoring as pages see it: sources, how each asset stands, and the newest rows of the one that is looked at. */
import { createLiveClient, proxy } from '../bridge/clients';
import type { MonitorApi } from '../bridge/live-api';
import { askForPort, hasSerial } from '../bridge/serial';
import type { WorkerClient } from '../bridge/worker-client';
import type { ChannelHealth } from '../domain/channel-health';
import type { FaultWish, LiveAsset, LiveFrame, LiveSource, Pause } from '../domain/live';
import { ok, type Fault, type Result } from '../domain/result';
import type { ListedMap, SourceSetup } from '../domain/source';
import type { LiveWindow } from './live-window';
import { told } from './query.svelte';

/** The pump a page looks at: its newest rows, and the number of times they changed. */
interface LookedAt {
  assetId: string;
  backMs: number;
  rows: LiveWindow;
}

const mostMapBytes = 8 << 20;

export class Live {
  sources = $state.raw<LiveSource[]>([]);
  pauses = $state.raw<Pause[]>([]);
  /** Grows with every frame; whoever reads assets or rows through the methods below is told of changes by it. */
  #frames = $state(0);
  /** Wall clock of the newest frame, ms; the clock of this page until the first. */
  nowMs = $state(Date.now());
  waiting = $state(0);
  storedToMs = $state(NaN);
  fault = $state.raw<Fault | null>(null);
  /** The register maps of Modbus devices, as last asked for. */
  maps = $state.raw<ListedMap[]>([]);
  /** False while another tab monitors. */
  isWriter = $state(false);
  health = $state.raw<ChannelHealth[]>([]);
  /** Why the thread was last restarted unasked; null when it never was, or the person has read it. */
  restartReason = $state<string | null>(null);
  #assets: Record<string, LiveAsset> = {};
  #lookedAt: LookedAt | null = null;
  /** Whether this browser has serial ports, and its question which one may be used, to be asked in a click. */
  readonly hasSerial = hasSerial();
  readonly askForPort = askForPort;
  /** True once there was a source to listen to; without one there is no thread. */
  isStarted = $state(false);
  readonly #client: WorkerClient<MonitorApi> = createLiveClient(
    async (api) => {
      // Not waited for: it resolves only once no other tab monitors.
      void api.start(proxy((frame: LiveFrame) => this.#take(frame)));
      if (this.#lookedAt) void api.watch(this.#lookedAt.assetId, this.#lookedAt.backMs);
    },
    (reason) => {
      this.restartReason = reason;
      void this.start();
    }
  );

  /** Starts the thread, and with it every source that is kept. */
  async start(): Promise<void> {
    this.isStarted = true;
    const started = await this.#client.call(async () => ok(null));
    if (!started.ok) this.fault = started.fault;
  }

  /** How an asset stands; undefined where no source has brought anything of it since the thread started. */
  assetOf(assetId: string): LiveAsset | undefined {
    void this.#frames;
    return this.#assets[assetId];
  }

  /** How old the newest sample of an asset is, ms; NaN where its source has a time of its own, which no clock here knows. */
  ageMs({ sourceId, newestMs }: LiveAsset): number {
    const setup = this.sources.find((source) => source.setup.id === sourceId)?.setup;
    return setup?.kind === 'twin' && setup.speed !== 1 ? NaN : this.nowMs - newestMs;
  }

  /** All assets that sources have brought, in no order. */
  assets(): LiveAsset[] {
    void this.#frames;
    return Object.values(this.#assets);
  }

  /** The newest rows of the asset watched, or null. */
  rows(): LiveWindow | null {
    void this.#frames;
    return this.#lookedAt?.rows ?? null;
  }

  putSource(setup: SourceSetup): Promise<Result<null>> {
    this.isStarted = true;
    return this.#call((api) => api.putSource($state.snapshot(setup) as SourceSetup));
  }

  async removeSource(id: string): Promise<Result<null>> {
    const removed = await this.#call((api) => api.removeSource(id));
    this.#assets = Object.fromEntries(Object.entries(this.#assets).filter(([, { sourceId }]) => sourceId !== id));
    this.#frames += 1;
    return removed;
  }

  retry(id: string | null): Promise<Result<null>> {
    return this.#call((api) => api.retry(id));
  }

  /** Asks for the register maps there are; starts the thread where it does not run yet. */
  async loadMaps(): Promise<Result<null>> {
    const maps = await this.#client.call((api) => api.maps());
    if (!maps.ok) return maps;
    this.maps = maps.value;
    return ok(null);
  }

  /** Loads a register map from a file. Of one that is far too large only so much is read that it is refused. */
  async putMap(file: File): Promise<Result<ListedMap>> {
    const text = await told(() => file.slice(0, mostMapBytes).text());
    if (!text.ok) return text;
    const put = await this.#client.call((api) => api.putMap(text.value));
    await this.loadMaps();
    return put;
  }

  async removeMap(id: string): Promise<Result<null>> {
    const removed = await this.#call((api) => api.removeMap(id));
    await this.loadMaps();
    return removed;
  }

  /** Looks at an asset, from `backMs` ago on, and gathers its rows in an empty window; null looks away. */
  async watch(look: LookedAt | null): Promise<void> {
    this.#lookedAt = look;
    this.health = [];
    this.#frames += 1;
    if (this.isStarted) await this.#call((api) => api.watch(look?.assetId ?? null, look?.backMs ?? 0));
  }

  /** Lets the thread read an asset anew, after its model changed. */
  async refresh(assetId: string | null): Promise<void> {
    if (this.isStarted) await this.#call((api) => api.refresh(assetId));
  }

  faultKinds(): Promise<Result<string[]>> {
    return this.#client.call((api) => api.faultKinds());
  }

  injectFault(sourceId: string, assetId: string, fault: FaultWish | null): Promise<Result<null>> {
    return this.#call((api) => api.injectFault(sourceId, assetId, fault));
  }

  #call(run: Parameters<WorkerClient<MonitorApi>['call']>[0]): Promise<Result<null>> {
    return this.#client.call(run) as Promise<Result<null>>;
  }

  #take(frame: LiveFrame): void {
    for (const asset of frame.assets) this.#assets[asset.assetId] = asset;
    if (frame.sources) this.sources = frame.sources;
    if (frame.pauses) this.pauses = frame.pauses;
    const { watched } = frame;
    if (watched && watched.assetId === this.#lookedAt?.assetId) {
      this.#lookedAt.rows.add(watched.readings, watched.scores);
      if (watched.health.length > 0) this.health = watched.health;
    }
    this.nowMs = frame.atMs;
    this.waiting = frame.waiting;
    this.storedToMs = frame.storedToMs;
    this.fault = frame.fault;
    this.isWriter = frame.isWriter;
    this.#frames += 1;
  }
}
