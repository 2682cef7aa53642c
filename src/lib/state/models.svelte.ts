/** Every model on this device with the pump it belongs to, newest first. */
import type { Asset } from '../domain/asset';
import type { StoredModel } from '../domain/ports';
import { fail, ok, type Result } from '../domain/result';
import { app } from './app.svelte';
import type { SavedFile } from './download';
import { writeModelFile } from './model-file';
import { Query, told } from './query.svelte';

export class Models {
  /** With the pump each belongs to; a shared one with how many pumps use it. */
  readonly query = new Query<{ model: StoredModel; asset: Asset | undefined; users: number }[]>();

  constructor() {
    this.query.ask(async () => {
      const [models, assets] = await Promise.all([app.records.models(), app.records.assets()]);
      return models.map((model) => ({
        model,
        asset: assets.find(({ id }) => id === model.assetId),
        users: assets.filter(({ activeModelId }) => activeModelId === model.id).length
      }));
    });
  }

  /** The model as one JSON file: manifest, golden vectors, weights in base64. */
  async exportModel({ id, manifest }: StoredModel): Promise<Result<SavedFile>> {
    const found = await told(() => app.records.artifact(id));
    if (!found.ok) return found;
    const artifact = found.value;
    if (!artifact) return fail('not-found', 'model', id, 'a model on this device');
    return ok({
      name: `${manifest.assetName} ${manifest.recipe.name} model.json`,
      type: 'application/json',
      content: writeModelFile(artifact)
    });
  }

  /** Shows a model's scores and findings on its pump's page. */
  async activate({ assetId, id }: StoredModel): Promise<Result<void>> {
    const activated = await told(() => app.records.activateModel(assetId, id));
    if (activated.ok) void app.live.refresh(assetId);
    return activated;
  }

  /** Deletes a model with its scores and findings. */
  async remove({ assetId, id }: StoredModel): Promise<Result<null>> {
    const deleted = await app.files.call((api) => api.deleteModel(assetId, id));
    // A model without a pump may be in use by any.
    if (deleted.ok) void app.live.refresh(assetId === '' ? null : assetId);
    return deleted;
  }

  close(): void {
    this.query.stop();
  }
}
