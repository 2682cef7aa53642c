/** All pumps, worst first. */
import type { StoredModel } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';
import { app } from './app.svelte';
import { Query } from './query.svelte';
import { compareEntries, type FleetEntry } from './worst-first';

const untrained: PumpState = {
  condition: 'unknown',
  reason: 'no-model',
  sinceMs: null,
  finding: null,
  endedFindings: 0
};

/** The state its active model saw the pump in; unknown without one. */
export function stateOf(model: StoredModel | null): PumpState {
  return model?.state ?? untrained;
}

const sparklinePoints = 80;

export class Fleet {
  readonly query = new Query<FleetEntry[]>();
  /** The course of the score by pump, as it comes in. */
  sparklines = $state.raw<Record<string, Float32Array>>({});
  /** Models whose course was asked for. No page shows it. */
  readonly #drawn: Record<string, true> = {};
  #isClosed = false;

  constructor() {
    this.query.ask(async () => {
      const [assets, models] = await Promise.all([app.records.assets(), app.records.models()]);
      return assets
        .map((asset) => {
          const model = models.find(({ id }) => id === asset.activeModelId) ?? null;
          return { asset, model, state: stateOf(model) };
        })
        .sort(compareEntries);
    });
  }

  /** Draws the course of each score not drawn yet, one pump after the other, worst first. */
  async drawSparklines(entries: FleetEntry[]): Promise<void> {
    for (const { asset, model } of entries) {
      if (this.#isClosed) return;
      if (!model || this.#drawn[model.id]) continue;
      this.#drawn[model.id] = true;
      const request = { assetId: asset.id, modelId: model.id, fromMs: asset.t0Ms, toMs: asset.t1Ms };
      const slice = await app.files.call((api) => api.chart({ ...request, points: sparklinePoints }));
      if (slice.ok && slice.value.score) this.sparklines = { ...this.sparklines, [asset.id]: slice.value.score.max };
    }
  }

  close(): void {
    this.#isClosed = true;
    this.query.stop();
  }
}
