/**
 * `memoryRecords`: a double of the `Records` port for tests in Node. Two records on one disk are two tabs.
 */
import type { Asset, RejectedRow } from '$lib/domain/asset';
import type { Finding } from '$lib/domain/finding';
import type { ModelArtifact } from '$lib/domain/manifest';
import type { Records, StoredModel } from '$lib/domain/ports';
import { StorageFault } from '$lib/domain/storage-fault';

interface MemoryModel {
  listed: StoredModel;
  artifact: ModelArtifact;
  findings: Finding[];
}

/** What outlives `close`. */
export interface RecordsDisk {
  assets: Map<string, { asset: Asset; rejected: RejectedRow[] }>;
  models: Map<string, MemoryModel>;
}

export function createRecordsDisk(): RecordsDisk {
  return { assets: new Map(), models: new Map() };
}

export function createMemoryRecords(disk: RecordsDisk = createRecordsDisk()): Records {
  let isClosed = false;

  /** Runs `work`; what it returns is a copy, what it throws is a `StorageFault`. Work changes nothing before it can throw. */
  async function act<T>(where: string, work: () => T): Promise<T> {
    if (isClosed) throw new StorageFault('storage-closed', where, 'The storage was closed.');
    try {
      return structuredClone(work());
    } catch (error) {
      throw error instanceof StorageFault ? error : new StorageFault('storage', where, String(error));
    }
  }

  function entryOf(assetId: string) {
    const entry = disk.assets.get(assetId);
    if (!entry) throw new StorageFault('storage', 'assets', `There is no asset ${assetId}.`);
    return entry;
  }

  function modelsOf(assetId?: string): StoredModel[] {
    return [...disk.models.values()]
      .map((model) => model.listed)
      .filter((model) => assetId === undefined || model.assetId === assetId)
      .sort((a, b) => b.manifest.createdMs - a.manifest.createdMs);
  }

  return {
    assets: () => act('assets', () => [...disk.assets.values()].map((entry) => entry.asset)),
    asset: (id) => act('asset', () => disk.assets.get(id)?.asset),
    addAsset: (asset, rejected) =>
      act('addAsset', () => void disk.assets.set(asset.id, structuredClone({ asset, rejected }))),
    renameAsset: (id, name) => act('renameAsset', () => void (entryOf(id).asset.name = name)),
    rejectedRows: (assetId) => act('rejectedRows', () => disk.assets.get(assetId)?.rejected ?? []),

    addModel: (assetId, artifact, findings, state) =>
      act('addModel', () => {
        const { asset } = entryOf(assetId);
        const id = artifact.manifest.id;
        if ((disk.models.get(id)?.listed.assetId ?? assetId) !== assetId) {
          throw new StorageFault('storage', 'addModel', `Model ${id} belongs to another asset.`);
        }
        const listed = { id, assetId, manifest: artifact.manifest, state };
        disk.models.set(id, structuredClone({ listed, artifact, findings }));
        asset.activeModelId = id;
      }),
    models: (assetId) => act('models', () => modelsOf(assetId)),
    artifact: (modelId) => act('artifact', () => disk.models.get(modelId)?.artifact),
    activateModel: (assetId, modelId) =>
      act('activateModel', () => {
        if (disk.models.get(modelId)?.listed.assetId !== assetId) {
          throw new StorageFault('storage', 'activateModel', `Asset ${assetId} has no model ${modelId}.`);
        }
        entryOf(assetId).asset.activeModelId = modelId;
      }),
    deleteModel: (modelId) =>
      act('deleteModel', () => {
        const model = disk.models.get(modelId);
        if (!model) return;
        disk.models.delete(modelId);
        const { asset } = entryOf(model.listed.assetId);
        if (asset.activeModelId === modelId) asset.activeModelId = modelsOf(asset.id)[0]?.id ?? null;
      }),
    findings: (assetId, modelId) =>
      act('findings', () =>
        (disk.models.get(modelId)?.findings ?? [])
          .filter((finding) => finding.assetId === assetId)
          .sort((a, b) => a.startMs - b.startMs)
      ),

    deleteAsset: (assetId) =>
      act('deleteAsset', () => {
        for (const model of modelsOf(assetId)) disk.models.delete(model.id);
        disk.assets.delete(assetId);
      }),
    close: () => void (isClosed = true)
  };
}
