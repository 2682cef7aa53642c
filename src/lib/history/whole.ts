/**
 * Imported blocks and live rows of an asset as one history, so that charts, training and deletion need not know where a row
 * came from. Where both have a row at one time, the live one counts. Imports go where they always went.
 */
import type { History, LiveHistory } from '../domain/ports';
import { overlaySeries } from './live/merge';
import { readingsOfSeries, scoresOfSeries, seriesOfReadings, seriesOfScores } from './live/series';

/** Both as one `History`. Closing it closes both. */
export function createWholeHistory(history: History, live: LiveHistory): History {
  return {
    ...history,

    async readReadings(assetId, fromMs = -Infinity, toMs = Infinity) {
      const imported = await history.readReadings(assetId, fromMs, toMs);
      const [from, to] = spanWith(imported, fromMs, toMs);
      const rows = await live.readReadings(assetId, from, to);
      return overlaySeries(imported.map(seriesOfReadings), rows.map(seriesOfReadings)).map(readingsOfSeries);
    },

    async readScores(assetId, modelId, fromMs = -Infinity, toMs = Infinity) {
      const imported = await history.readScores(assetId, modelId, fromMs, toMs);
      const [from, to] = spanWith(imported, fromMs, toMs);
      const rows = await live.readScores(assetId, modelId, from, to);
      return overlaySeries(imported.map(seriesOfScores), rows.map(seriesOfScores)).map(scoresOfSeries);
    },

    async deleteScores(assetId, modelId) {
      await live.deleteScores(assetId, modelId);
      await history.deleteScores(assetId, modelId);
    },

    async deleteAsset(assetId) {
      await live.deleteAsset(assetId);
      await history.deleteAsset(assetId);
    },

    async assetIds() {
      return union(await history.assetIds(), await live.assetIds());
    },

    async scoredModelIds(assetId) {
      return union(await history.scoredModelIds(assetId), await live.scoredModelIds(assetId));
    },

    close() {
      live.close();
      history.close();
    }
  };
}

/** The range, widened to the imported blocks: they come whole, and none of their rows may hide a live one. */
function spanWith(blocks: { t: Float64Array }[], fromMs: number, toMs: number): [number, number] {
  const first = blocks[0]?.t[0] ?? fromMs;
  const last = blocks.at(-1)?.t.at(-1) ?? toMs;
  return [Math.min(fromMs, first), Math.max(toMs, last)];
}

function union(a: string[], b: string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}
