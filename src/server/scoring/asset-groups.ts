/** Which pumps a caller may not see: those whose card puts them into a group the caller is not in. A pump without a card is everybody's. */
import type { Db } from '../store/db';
import type { SyncStore } from '../sync/store';

export interface AssetGroups {
  /** Ids of the pumps that somebody of these groups may not see; none for null, who sees all. */
  hiddenFrom(groups: string[] | null): Promise<string[]>;
}

/** Creates the look-up; it is read anew after something has changed. */
export function createAssetGroups(db: Db, store: Pick<SyncStore, 'onChange'>): AssetGroups & { close(): void } {
  let known: Promise<{ id: string; group: string }[]> | undefined;
  const close = store.onChange(() => (known = undefined));

  function read(): Promise<{ id: string; group: string }[]> {
    const reading = db.query<{ id: string; group: string }>(
      `SELECT id, card_group AS "group" FROM sync_entity WHERE kind = 'asset' AND card_group <> ''`
    );
    // What failed is tried again by the next who asks.
    reading.catch(() => (known = undefined));
    return reading;
  }

  return {
    async hiddenFrom(groups) {
      if (groups === null) return [];
      const grouped = await (known ??= read());
      return grouped.filter(({ group }) => !groups.includes(group)).map(({ id }) => id);
    },
    close
  };
}
