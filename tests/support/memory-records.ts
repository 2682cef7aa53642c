/**
 * `memoryRecords`: a double of the `Records` port for tests in Node. Two records on one disk are two tabs.
 */
import type { Asset, RejectedRow } from '$lib/domain/asset';
import type { Finding } from '$lib/domain/finding';
import type { ModelArtifact } from '$lib/domain/manifest';
import type { LiveState, Records, StoredModel } from '$lib/domain/ports';
import type { PumpState } from '$lib/domain/pump-state';
import { StorageFault } from '$lib/domain/storage-fault';

interface MemoryModel {
  listed: StoredModel;
  artifact: ModelArtifact;
}

/** What outlives `close`. */
export interface RecordsDisk {
  assets: Map<string, { asset: Asset; rejected: RejectedRow[] }>;
  models: Map<string, MemoryModel>;
  /** By id. */
  findings: Map<string, Finding>;
  states: Map<string, LiveState>;
}

export function createRecordsDisk(): RecordsDisk {
  return { assets: new Map(), models: new Map(), findings: new Map(), states: new Map() };
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

  function keepFindings(findings: Finding[]): void {
    for (const finding of findings) disk.findings.set(finding.id, structuredClone(finding));
  }

  function deleteFindings(isDoomed: (finding: Finding) => boolean): void {
    for (const finding of [...disk.findings.values()]) if (isDoomed(finding)) disk.findings.delete(finding.id);
  }

  return {
    assets: () => act('assets', () => [...disk.assets.values()].map((entry) => entry.asset)),
    asset: (id) => act('asset', () => disk.assets.get(id)?.asset),
    addAsset: (asset, rejected) =>
      act('addAsset', () => void disk.assets.set(asset.id, structuredClone({ asset, rejected }))),
    addLiveAssets: (assets) =>
      act('addLiveAssets', () => {
        for (const asset of assets) {
          if (!disk.assets.has(asset.id)) disk.assets.set(asset.id, structuredClone({ asset, rejected: [] }));
        }
      }),
    renameAsset: (id, name) =>
      act('renameAsset', () => {
        const { asset } = entryOf(id);
        asset.knownAs = [...new Set([...(asset.knownAs ?? []), asset.name])].filter((earlier) => earlier !== name);
        asset.name = name;
      }),
    rejectedRows: (assetId) => act('rejectedRows', () => disk.assets.get(assetId)?.rejected ?? []),

    addModel: (assetId, artifact, findings, state) =>
      act('addModel', () => {
        const { asset } = entryOf(assetId);
        const id = artifact.manifest.id;
        if ((disk.models.get(id)?.listed.assetId ?? assetId) !== assetId) {
          throw new StorageFault('storage', 'addModel', `Model ${id} belongs to another asset.`);
        }
        const copy = structuredClone({
          listed: { id, assetId, manifest: artifact.manifest, state },
          artifact,
          findings
        });
        disk.models.set(id, copy);
        deleteFindings((finding) => finding.assetId === assetId && finding.modelId === id);
        keepFindings(copy.findings);
        asset.activeModelId = id;
      }),
    addSharedModel: (artifact) =>
      act('addSharedModel', () => {
        const id = artifact.manifest.id;
        const state: PumpState = {
          condition: 'unknown',
          reason: 'no-score',
          sinceMs: null,
          finding: null,
          endedFindings: 0
        };
        disk.models.set(
          id,
          structuredClone({ listed: { id, assetId: '', manifest: artifact.manifest, state }, artifact })
        );
      }),
    models: (assetId) => act('models', () => modelsOf(assetId)),
    artifact: (modelId) => act('artifact', () => disk.models.get(modelId)?.artifact),
    activateModel: (assetId, modelId) =>
      act('activateModel', () => {
        const owner = disk.models.get(modelId)?.listed.assetId;
        if (owner !== assetId && owner !== '') {
          throw new StorageFault('storage', 'activateModel', `Asset ${assetId} has no model ${modelId}.`);
        }
        entryOf(assetId).asset.activeModelId = modelId;
      }),
    deleteModel: (modelId) =>
      act('deleteModel', () => {
        const model = disk.models.get(modelId);
        if (!model) return;
        disk.models.delete(modelId);
        deleteFindings((finding) => finding.modelId === modelId);
        const next = (model.listed.assetId && modelsOf(model.listed.assetId)[0]?.id) || null;
        for (const { asset } of disk.assets.values()) {
          if (asset.activeModelId === modelId) asset.activeModelId = next;
        }
      }),
    findings: (assetId, modelId) =>
      act('findings', () =>
        [...disk.findings.values()]
          .filter((finding) => finding.assetId === assetId && finding.modelId === modelId)
          .sort((a, b) => a.startMs - b.startMs)
      ),

    recordLive: (notes) =>
      act('recordLive', () => {
        for (const { assetId, state, findings, rows, t0Ms, t1Ms, channels, stepMs } of notes) {
          const asset = disk.assets.get(assetId)?.asset;
          if (!asset) continue;
          for (const channel of channels) {
            if (!asset.channels.some(({ name }) => name === channel.name)) asset.channels.push(channel);
          }
          if (rows > 0) {
            if (!Number.isFinite(asset.stepMs)) asset.stepMs = stepMs;
            asset.t0Ms = asset.rows === 0 ? t0Ms : Math.min(asset.t0Ms, t0Ms);
            asset.t1Ms = asset.rows === 0 ? t1Ms : Math.max(asset.t1Ms, t1Ms);
            asset.rows += rows;
          }
          keepFindings(findings);
          if (state) disk.states.set(assetId, structuredClone(state));
        }
      }),
    liveStates: () => act('liveStates', () => [...disk.states.values()]),
    liveState: (assetId) => act('liveState', () => disk.states.get(assetId)),

    deleteAsset: (assetId) =>
      act('deleteAsset', () => {
        for (const model of modelsOf(assetId)) disk.models.delete(model.id);
        deleteFindings((finding) => finding.assetId === assetId);
        disk.states.delete(assetId);
        disk.assets.delete(assetId);
      }),
    close: () => void (isClosed = true)
  };
}
