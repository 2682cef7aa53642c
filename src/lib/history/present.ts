/**
 * The history of a thread that may never meet a live row: imports alone, until there is a live database; from then on both as one. The
 * live part and its codec are loaded only then, because this thread belongs to the first page.
 */
import type { History } from '../domain/ports';

/** The live history's database. */
const liveName = 'pumpside-live';

/** Creates the history over the imports. Appending goes to the imports. */
export function createPresentHistory(imports: History): History {
  let whole: Promise<History> | null = null;

  async function open(): Promise<History> {
    const [{ createWholeHistory }, { createLiveHistory }] = await Promise.all([
      import('./whole'),
      import('./live/live-history')
    ]);
    return createWholeHistory(imports, createLiveHistory({ name: liveName }));
  }

  async function present(): Promise<History> {
    if (whole) return whole;
    // Where the databases cannot be listed there may be one.
    const databases = (await indexedDB.databases?.()) ?? [{ name: liveName }];
    if (!databases.some(({ name }) => name === liveName)) return imports;
    return (whole ??= open());
  }

  return {
    appendReadings: imports.appendReadings,
    appendScores: imports.appendScores,
    readReadings: async (...request) => (await present()).readReadings(...request),
    readScores: async (...request) => (await present()).readScores(...request),
    deleteScores: async (...request) => (await present()).deleteScores(...request),
    deleteAsset: async (assetId) => (await present()).deleteAsset(assetId),
    assetIds: async () => (await present()).assetIds(),
    scoredModelIds: async (assetId) => (await present()).scoredModelIds(assetId),
    close: () => (whole ? void whole.then((both) => both.close()) : imports.close())
  };
}
