/**
 * Assets, models and findings in IndexedDB: the `Records` port on Dexie. Small rows with strict durability; weights lie apart
 * from the manifests, so that a list of models does not load them. It must not know how any of it is made or shown.
 * No key is counted up by the database and none can be null: both have failed in WebKit.
 */
import { Dexie } from 'dexie';
import type { Asset, RejectedRow } from '../domain/asset';
import type { Finding } from '../domain/finding';
import type { ModelArtifact } from '../domain/manifest';
import type { LiveNote, LiveState, Records, StoredModel } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';
import { StorageFault } from '../domain/storage-fault';
import type { Wait } from '../storage/connection';
import { databaseName, ledgerTables, openRecordsDatabase } from './database';
import type { Tell } from './teller';
import { draftCard, draftEndings, draftFindings, draftPromotion } from './operations';

const ownTables = ['assets', 'rejected', 'models', 'weights', 'findings', 'states'];

interface RejectedOfAsset {
  assetId: string;
  rows: RejectedRow[];
}

interface WeightsOfModel extends Omit<ModelArtifact, 'manifest'> {
  modelId: string;
}

/**
 * Opens the records, at their first call. `wait` is the pause before a repeat after a lost connection; `actor` tells who is signed in, empty
 * for nobody. What others must learn of a change is in the ledger by the same transaction.
 */
export function createRecords(name = databaseName, wait?: Wait, actor: () => string = () => ''): Records {
  const connection = openRecordsDatabase(name, wait);
  const { table, read, write, close } = connection;
  let teller: Promise<Tell> | null = null;

  /** A write that others must learn of. What tells them is loaded before the transaction: a page that only reads does without. */
  async function writeAndTell<T>(where: string, tables: string[], work: (tell: Tell) => PromiseLike<T>): Promise<T> {
    teller ??= import('./teller').then(({ createTeller }) => createTeller(actor));
    const tell = await teller;
    return write(where, [...tables, ...ledgerTables], () => work(tell));
  }

  const assets = table<Asset, string>('assets');
  const rejected = table<RejectedOfAsset, string>('rejected');
  const models = table<StoredModel, string>('models');
  const weights = table<WeightsOfModel, string>('weights');
  const findings = table<Finding, unknown[]>('findings');
  const states = table<LiveState, string>('states');

  async function changeAsset(where: string, id: string, change: Partial<Asset>): Promise<void> {
    const asset = await assets.get(id);
    if (!asset) throw new StorageFault('storage', where, `There is no asset ${id}.`);
    await assets.put({ ...asset, ...change });
  }

  async function modelsOf(assetId: string): Promise<StoredModel[]> {
    return newestFirst(await models.where('assetId').equals(assetId).toArray());
  }

  /** Findings of an asset, or of one of its models, by start time. */
  function findingsOf(...owner: string[]) {
    return findings.where('[assetId+modelId+startMs+id]').between(owner, [...owner, Dexie.maxKey]);
  }

  return {
    assets: () => read('records.assets', ['assets'], () => assets.toArray()),

    asset: (id) => read('records.asset', ['assets'], () => assets.get(id)),

    addAsset: (asset, rows) =>
      writeAndTell('records.addAsset', ['assets', 'rejected'], async (tell) => {
        await assets.put(asset);
        await rejected.put({ assetId: asset.id, rows });
        await tell(async (ledger) => [draftCard(asset, await ledger.entity('asset', asset.id))]);
      }),

    addLiveAssets: (added) =>
      write('records.addLiveAssets', ['assets'], async () => {
        const known = await assets.bulkGet(added.map(({ id }) => id));
        await assets.bulkPut(added.filter((_, i) => !known[i]));
      }),

    renameAsset: (id, newName) =>
      writeAndTell('records.renameAsset', ['assets'], async (tell) => {
        const asset = await assets.get(id);
        const knownAs = [...(asset?.knownAs ?? []), asset?.name ?? ''].filter((name) => name !== newName);
        await changeAsset('records.renameAsset', id, { name: newName, knownAs: [...new Set(knownAs)] });
        await tell(async (ledger) => [draftCard({ id, name: newName }, await ledger.entity('asset', id))]);
      }),

    rejectedRows: (assetId) =>
      read('records.rejectedRows', ['rejected'], async () => (await rejected.get(assetId))?.rows ?? []),

    addModel: (assetId, { manifest, weights: values, golden }, found, state) =>
      writeAndTell('records.addModel', ['assets', 'models', 'weights', 'findings'], async (tell) => {
        const modelId = manifest.id;
        const earlier = await models.get(modelId);
        if (earlier && earlier.assetId !== assetId) {
          throw new StorageFault(
            'storage',
            'records.addModel',
            `Model ${modelId} belongs to asset ${earlier.assetId}.`
          );
        }
        await changeAsset('records.addModel', assetId, { activeModelId: modelId });
        await models.put({ id: modelId, assetId, manifest, state });
        await weights.put({ modelId, weights: values.slice(), golden });
        await findingsOf(assetId, modelId).delete();
        await findings.bulkPut(found);
        await tell(() => [draftPromotion(assetId, manifest), ...draftFindings([], found)]);
      }),

    addSharedModel: ({ manifest, weights: values, golden }) =>
      write('records.addSharedModel', ['models', 'weights'], async () => {
        await models.put({ id: manifest.id, assetId: '', manifest, state: unscored });
        await weights.put({ modelId: manifest.id, weights: values.slice(), golden });
      }),

    models: (assetId) =>
      read('records.models', ['models'], async () =>
        assetId === undefined ? newestFirst(await models.toArray()) : modelsOf(assetId)
      ),

    artifact: (modelId) =>
      read('records.artifact', ['models', 'weights'], async () => {
        const model = await models.get(modelId);
        const stored = await weights.get(modelId);
        return model && stored && { manifest: model.manifest, weights: stored.weights, golden: stored.golden };
      }),

    activateModel: (assetId, modelId) =>
      writeAndTell('records.activateModel', ['assets', 'models'], async (tell) => {
        const model = await models.get(modelId);
        if (model?.assetId !== assetId && model?.assetId !== '') {
          throw new StorageFault('storage', 'records.activateModel', `Asset ${assetId} has no model ${modelId}.`);
        }
        await changeAsset('records.activateModel', assetId, { activeModelId: modelId });
        await tell(() => [draftPromotion(assetId, model.manifest)]);
      }),

    deleteModel: (modelId) =>
      write('records.deleteModel', ['assets', 'models', 'weights', 'findings'], async () => {
        const model = await models.get(modelId);
        if (!model) return;
        await models.delete(modelId);
        await weights.delete(modelId);
        await findings.filter((finding) => finding.modelId === modelId).delete();
        const [newest] = model.assetId === '' ? [] : await modelsOf(model.assetId);
        await assets
          .filter(({ activeModelId }) => activeModelId === modelId)
          .modify({ activeModelId: newest?.id ?? null });
      }),

    findings: (assetId, modelId) =>
      read('records.findings', ['findings'], () => findingsOf(assetId, modelId).toArray()),

    recordLive: (notes) =>
      writeAndTell('records.recordLive', ['assets', 'findings', 'states'], async (tell) => {
        const found = await assets.bulkGet(notes.map(({ assetId }) => assetId));
        const kept = notes.flatMap((note, i) => (found[i] ? [{ note, asset: found[i] }] : []));
        const extended = kept
          .map(({ asset, note }) => extendAsset(asset, note))
          .filter((asset, i) => asset !== kept[i]!.asset);
        if (extended.length > 0) await assets.bulkPut(extended);
        const changed = kept.flatMap(({ note }) => note.findings);
        const before = await findings.bulkGet(
          changed.map((each) => [each.assetId, each.modelId, each.startMs, each.id])
        );
        await findings.bulkPut(changed);
        await tell(() => draftFindings(before, changed));
        await states.bulkPut(kept.flatMap(({ note }) => note.state ?? []));
      }),

    liveStates: () => read('records.liveStates', ['states'], () => states.toArray()),

    liveState: (assetId) => read('records.liveState', ['states'], () => states.get(assetId)),

    deleteAsset: (assetId) =>
      writeAndTell('records.deleteAsset', [...ownTables], async (tell) => {
        await tell(async (ledger) => draftEndings(await ledger.entities({ kind: 'alarm', isOpen: true, assetId })));
        await weights.bulkDelete((await modelsOf(assetId)).map((model) => model.id));
        await models.where('assetId').equals(assetId).delete();
        await findingsOf(assetId).delete();
        await rejected.delete(assetId);
        await states.delete(assetId);
        await assets.delete(assetId);
      }),

    close
  };
}

/** What a model that was never asked says of a pump. */
const unscored: PumpState = {
  condition: 'unknown',
  reason: 'no-score',
  sinceMs: null,
  finding: null,
  endedFindings: 0
};

/** The asset with channels and rows added, or itself where there are none. Without a row it has no times yet. */
function extendAsset(asset: Asset, { rows, t0Ms, t1Ms, channels, stepMs }: LiveNote): Asset {
  const isFirst = asset.rows === 0;
  const known = new Set(asset.channels.map(({ name }) => name));
  const added = channels.filter(({ name }) => !known.has(name));
  if (rows === 0) return added.length > 0 ? { ...asset, channels: [...asset.channels, ...added] } : asset;
  return {
    ...asset,
    rows: asset.rows + rows,
    t0Ms: isFirst ? t0Ms : Math.min(asset.t0Ms, t0Ms),
    t1Ms: isFirst ? t1Ms : Math.max(asset.t1Ms, t1Ms),
    stepMs: Number.isFinite(asset.stepMs) ? asset.stepMs : stepMs,
    channels: [...asset.channels, ...added]
  };
}

function newestFirst(models: StoredModel[]): StoredModel[] {
  return models.sort((a, b) => b.manifest.createdMs - a.manifest.createdMs);
}
