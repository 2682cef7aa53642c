/**
 * The assets that live sources feed: which asset a name means, and with which model it is monitored. A name that no asset has becomes
 * a new one. It must not know readings.
 */
import { isReferencePump, type Asset } from '../../domain/asset';
import type { Channel } from '../../domain/channel';
import type { Finding } from '../../domain/finding';
import type { ModelArtifact } from '../../domain/manifest';
import type { DetectorFamily, Records } from '../../domain/ports';
import { fail, ok, type Fault, type Result } from '../../domain/result';
import type { SourceKind } from '../../domain/source';
import { checkGolden } from '../../models/artifact';
import type { LiveModel } from '../../monitor/live';

/** An asset ready to be monitored. */
export interface ReadyAsset {
  assetId: string;
  name: string;
  /** Whether the limits of the twin's pump are this one's. */
  isReferencePump: boolean;
  /** The channels on record; a source may bring more. */
  channels: Channel[];
  /** Time of the newest row it was monitored at; null where it never was. */
  newestMs: number | null;
  model: LiveModel | null;
  /** The finding that was open when this model last watched it. */
  open: Finding | null;
  /** Why it is monitored without the model it has. */
  fault: Fault | null;
}

export interface LiveAssets {
  /** The asset a name means; undefined where it is not known yet. */
  idOf(name: string): string | undefined;
  /** The channels an asset of this name had when the names were read. */
  channelsOf(name: string): ReadonlySet<string>;
  /** Makes assets of names that are new, in one transaction. Of a simulated pump the model is the shipped one. */
  addNames(names: string[], source: { kind: SourceKind; name: string }): Promise<void>;
  /** Reads assets and loads their active models; models are loaded once and shared. */
  ready(assetIds: string[]): Promise<ReadyAsset[]>;
  /** Reads all names anew. */
  refresh(): Promise<void>;
}

export interface AssetsHost {
  records: Records;
  family: () => Promise<Result<DetectorFamily>>;
  /** The shipped model of simulated pumps. */
  loadTwinModel: () => Promise<Result<ModelArtifact>>;
  now: () => number;
}

/** From more assets on all records are read at once: ten thousand reads of one each take half a minute. */
const fewAssets = 50;

/** Creates the register; `refresh` must have run once before anything is asked. */
export function createLiveAssets({ records, family, loadTwinModel, now }: AssetsHost): LiveAssets {
  const ids = new Map<string, string>();
  const channels = new Map<string, ReadonlySet<string>>();
  const models = new Map<string, Promise<Result<LiveModel>>>();

  async function loadModel(modelId: string): Promise<Result<LiveModel>> {
    const artifact = await records.artifact(modelId);
    if (!artifact) return fail('not-found', 'model', modelId, 'a model on this device');
    const detectors = await family();
    if (!detectors.ok) return detectors;
    const detector = await detectors.value.load(artifact.manifest, artifact.weights);
    if (!detector.ok) return detector;
    const golden = await checkGolden(detector.value, artifact.golden);
    if (golden.ok) return ok({ manifest: artifact.manifest, detector: detector.value });
    detector.value.dispose();
    return golden;
  }

  function modelOf(modelId: string): Promise<Result<LiveModel>> {
    const known = models.get(modelId);
    if (known) return known;
    const loading = loadModel(modelId);
    models.set(modelId, loading);
    return loading;
  }

  /** Puts the shipped model on record and gives its id; null where it cannot be had. */
  async function shareTwinModel(): Promise<string | null> {
    const shipped = await loadTwinModel();
    if (!shipped.ok) return null;
    await records.addSharedModel(shipped.value);
    return shipped.value.manifest.id;
  }

  return {
    idOf: (name) => ids.get(keyOf(name)),

    channelsOf: (name) => channels.get(ids.get(keyOf(name)) ?? '') ?? none,

    async addNames(names, source) {
      const fresh = names.filter((name) => !ids.has(keyOf(name)));
      if (fresh.length === 0) return;
      const activeModelId = source.kind === 'twin' ? await shareTwinModel() : null;
      const createdMs = now();
      const assets = fresh.map((name): Asset => {
        const times = { rows: 0, t0Ms: NaN, t1Ms: NaN, stepMs: NaN };
        return {
          id: crypto.randomUUID(),
          name,
          createdMs,
          source: source.name,
          ...(source.kind === 'twin' ? { isSimulated: true } : {}),
          channels: [],
          ...times,
          rejectedRows: 0,
          activeModelId
        };
      });
      await records.addLiveAssets(assets);
      for (const { name, id } of assets) ids.set(keyOf(name), id);
    },

    async ready(assetIds) {
      const isMany = assetIds.length > fewAssets;
      const assets = isMany ? await records.assets() : await Promise.all(assetIds.map(records.asset));
      const states = isMany ? await records.liveStates() : await Promise.all(assetIds.map(records.liveState));
      const assetOf = new Map(assets.map((asset) => [asset?.id, asset]));
      const stateOf = new Map(states.map((state) => [state?.assetId, state]));
      return Promise.all(
        assetIds.map(async (assetId): Promise<ReadyAsset> => {
          const asset = assetOf.get(assetId);
          const state = stateOf.get(assetId);
          const known = {
            assetId,
            name: asset?.name ?? '',
            isReferencePump: asset !== undefined && isReferencePump(asset),
            channels: asset?.channels ?? [],
            newestMs: state?.tMs ?? null
          };
          const modelId = asset?.activeModelId ?? null;
          if (modelId === null) return { ...known, model: null, open: null, fault: null };
          const model = await modelOf(modelId);
          if (!model.ok) return { ...known, model: null, open: null, fault: model.fault };
          const open = state?.modelId === modelId ? state.state.finding : null;
          return { ...known, model: model.value, open, fault: null };
        })
      );
    },

    async refresh() {
      const assets = await records.assets();
      ids.clear();
      for (const asset of assets) channels.set(asset.id, new Set(asset.channels.map(({ name }) => name)));
      for (const { id, knownAs = [] } of assets) for (const name of knownAs) ids.set(keyOf(name), id);
      // A name that one has now counts before one that another had.
      for (const { id, name } of assets) ids.set(keyOf(name), id);
    }
  };
}

const none: ReadonlySet<string> = new Set();

/** Names that differ in case or blanks alone mean the same asset. */
function keyOf(name: string): string {
  return name.trim().toLowerCase();
}

/** The rows a model needs to have seen before it can say anything, as a stretch of time, ms. */
export function warmUpMs({ manifest: { recipe, stepMs } }: LiveModel): number {
  return (recipe.window.steps + recipe.prepare.smoothRows + 2) * stepMs;
}
