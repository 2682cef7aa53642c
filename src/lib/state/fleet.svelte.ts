/**
 * All pumps, worst first. With live sources there may be ten thousand, each changing every few seconds: the order is made anew at most
 * every two seconds, and never under a hand. How a pump of the list stands this moment is asked of `now`.
 */
import { untrack } from 'svelte';
import type { LiveState, StoredModel } from '../domain/ports';
import type { PumpCondition, PumpState } from '../domain/pump-state';
import { app } from './app.svelte';
import { Query, told } from './query.svelte';
import { compareEntries, type FleetEntry } from './worst-first';

const untrained: PumpState = {
  condition: 'unknown',
  reason: 'no-model',
  sinceMs: null,
  finding: null,
  endedFindings: 0
};

/** How live monitoring by the active model left the pump, else the state the model saw it in; unknown without a model. */
export function stateOf(model: StoredModel | null, left: LiveState | undefined): PumpState {
  if (!model) return untrained;
  return left?.modelId === model.id ? left.state : model.state;
}

/** What a list can be narrowed to. */
export type FleetFilter = PumpCondition | 'stale';
type Known = Pick<FleetEntry, 'asset' | 'model'>;

const sparklinePoints = 80;
/** Up to so many pumps are shown in full, their course with them. */
export const smallFleet = 60;
/** From so many pumps on the records are not read again with every change of one. */
const largeFleet = 500;
const sortMs = 2000;

export class Fleet {
  readonly query = new Query<Known[]>();
  /** Every pump as it stood when the order was made, worst first; undefined until the records were read. */
  entries = $state.raw<FleetEntry[] | undefined>(undefined);
  /** Part of a name, and the states asked for. */
  text = $state('');
  filter = $state<FleetFilter | null>(null);
  readonly counts = $derived.by(() => {
    const counts: Record<FleetFilter, number> = { anomaly: 0, unknown: 0, normal: 0, stale: 0 };
    for (const entry of this.entries ?? []) {
      counts[entry.state.condition] += 1;
      if (entry.live?.isStale) counts.stale += 1;
    }
    return counts;
  });
  readonly shown = $derived.by(() => {
    const { filter } = this;
    const text = this.text.trim().toLowerCase();
    return (this.entries ?? []).filter(
      ({ asset, state, live }) =>
        (filter === null || (filter === 'stale' ? live?.isStale : state.condition === filter)) &&
        (text === '' || asset.name.toLowerCase().includes(text))
    );
  });
  /** True while a hand or the focus is in the list: nothing moves there then. */
  isHeld = false;
  /** The course of the score by pump, as it comes in. */
  sparklines = $state.raw<Record<string, Float32Array>>({});
  /** How live monitoring left each pump when the page was opened; what it says since comes from its thread. */
  #left = $state.raw<Record<string, LiveState>>({});
  #known = $state.raw<Known[] | undefined>(undefined);
  /** The pumps that `entries` were made of. */
  #sorted: Known[] | undefined;
  /** Models whose course was asked for. No page shows it. */
  readonly #drawn: Record<string, true> = {};
  #isClosed = false;
  readonly #timer = setInterval(() => void this.#renew(), sortMs);
  readonly #stop = $effect.root(() => {
    $effect(() => {
      if (this.query.value) this.#known = this.query.value;
    });
    $effect(() => {
      void this.#left;
      if (!this.#known) return;
      if (this.#known.length > largeFleet) this.query.stop();
      untrack(() => this.#sort());
    });
  });

  constructor() {
    this.query.ask(readKnown);
    void told(() => app.records.liveStates()).then((left) => {
      if (left.ok) this.#left = Object.fromEntries(left.value.map((state) => [state.assetId, state]));
    });
  }

  /** A pump of the list as it stands this moment. */
  now({ asset, model }: Known): FleetEntry {
    const live = app.live.assetOf(asset.id);
    return { asset, model, live, state: live?.state ?? stateOf(model, this.#left[asset.id]) };
  }

  /** Draws the course of each score not drawn yet, one pump after the other, worst first; of small fleets, and not of what is live. */
  async drawSparklines(entries: FleetEntry[]): Promise<void> {
    if (entries.length > smallFleet) return;
    for (const { asset, model, live } of entries) {
      if (this.#isClosed) return;
      if (!model || live || asset.rows === 0 || this.#drawn[`${asset.id} ${model.id}`]) continue;
      this.#drawn[`${asset.id} ${model.id}`] = true;
      const request = { assetId: asset.id, modelId: model.id, fromMs: asset.t0Ms, toMs: asset.t1Ms };
      const slice = await app.files.call((api) => api.chart({ ...request, points: sparklinePoints }));
      if (slice.ok && slice.value.score) this.sparklines = { ...this.sparklines, [asset.id]: slice.value.score.max };
    }
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#stop();
    this.query.stop();
  }

  /** Looks whether there are pumps not known yet, and makes the order anew where something lives. */
  async #renew(): Promise<void> {
    const known = this.#known;
    const living = app.live.assets();
    if (!known || living.length === 0 || this.isHeld) return;
    if (known.length > largeFleet) {
      const isKnown = Object.fromEntries(known.map(({ asset }) => [asset.id, true]));
      if (living.some(({ assetId }) => !isKnown[assetId])) {
        const read = await told(readKnown);
        if (read.ok && !this.#isClosed) this.#known = read.value;
        return;
      }
    }
    this.#sort();
  }

  #sort(): void {
    const known = this.#known;
    if (!known) return;
    // What was in order before is nearly so now, and quickly sorted.
    const before = this.#sorted === known ? (this.entries ?? known) : known;
    this.#sorted = known;
    this.entries = before.map((each) => this.now(each)).sort(compareEntries);
  }
}

async function readKnown(): Promise<Known[]> {
  const [assets, models] = await Promise.all([app.records.assets(), app.records.models()]);
  const byId = new Map(models.map((model) => [model.id, model]));
  return assets.map((asset) => ({ asset, model: byId.get(asset.activeModelId ?? '') ?? null }));
}
