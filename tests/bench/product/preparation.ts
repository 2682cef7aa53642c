/**
 * Puts pumps, their model and a source on record before the app starts, by the app's own modules, and looks into what it has stored
 * afterwards. Bundled, and run in a page of the app's origin.
 */
import type { Asset } from '$lib/domain/asset';
import type { Golden, Manifest } from '$lib/domain/manifest';
import { ScoreStatus } from '$lib/domain/score';
import type { SourceSetup } from '$lib/domain/source';
import { createLiveHistory } from '$lib/history/live/live-history';
import { createRecords } from '$lib/records/records';
import { createSources } from '$lib/records/sources';
import { nameAssets } from '$lib/simulate/fleet';

/** Pumps of one model and the source that feeds them; a pump's id is its name. */
export interface Plant {
  setup: SourceSetup;
  pumps: number;
  manifest: Manifest;
  weights: number[];
  golden: Golden;
}

/** What is stored of some pumps. */
export interface Stored {
  readings: number;
  /** Readings after the first that was scored, and those of them without a score. */
  sinceFirstScore: number;
  unscored: number;
}

export interface Preparation {
  setUp(plant: Plant): Promise<void>;
  readStored(assetIds: string[], modelId: string): Promise<Stored>;
}

const preparation: Preparation = {
  async setUp({ setup, pumps, manifest, weights, golden }) {
    const records = createRecords();
    await records.addSharedModel({ manifest, weights: Float32Array.from(weights), golden });
    const assets = nameAssets(setup.asset, pumps).map((name): Asset => ({
      id: name,
      name,
      createdMs: Date.now(),
      source: setup.name,
      channels: [],
      rows: 0,
      t0Ms: NaN,
      t1Ms: NaN,
      stepMs: NaN,
      rejectedRows: 0,
      activeModelId: manifest.id
    }));
    await records.addLiveAssets(assets);
    records.close();
    await createSources().put(setup);
  },

  async readStored(assetIds, modelId) {
    const history = createLiveHistory();
    const stored: Stored = { readings: 0, sinceFirstScore: 0, unscored: 0 };
    for (const assetId of assetIds) {
      // Scores first: a reading is stored with its score or before it.
      const scores = await history.readScores(assetId, modelId);
      const lastMs = scores.at(-1)?.t.at(-1) ?? -Infinity;
      const times = (await history.readReadings(assetId)).flatMap(({ t }) => [...t]).filter((tMs) => tMs <= lastMs);
      const scored = new Set(
        scores.flatMap(({ t, status }) => [...t].filter((_, row) => status[row] === ScoreStatus.scored))
      );
      const first = Math.min(...scored);
      const since = times.filter((tMs) => tMs >= first);
      stored.readings += times.length;
      stored.sinceFirstScore += since.length;
      stored.unscored += since.filter((tMs) => !scored.has(tMs)).length;
    }
    history.close();
    return stored;
  }
};
Object.assign(globalThis, { preparation });
