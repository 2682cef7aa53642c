/** Stored live rows of a pump that can no longer be read, as they are found. */
import { createSources, type Damage } from '../records/sources';
import { Query } from './query.svelte';

export class DamageView {
  readonly #query = new Query<Damage[]>();
  readonly #all = $derived(this.#query.value ?? []);
  readonly readings = $derived(this.#all.filter(({ modelId }) => modelId === ''));

  constructor(assetId: string) {
    const kept = createSources();
    this.#query.ask(() => kept.damages(assetId));
  }

  /** Those of the scores of one model. */
  scores(modelId: string | undefined): Damage[] {
    return modelId === undefined ? [] : this.#all.filter((each) => each.modelId === modelId);
  }

  close(): void {
    this.#query.stop();
  }
}
