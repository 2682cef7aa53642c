/** One pump's page: its record, models and findings as they change, and the slice of time on the charts. */
import type { Asset, RejectedRow } from '../domain/asset';
import type { ChartSlice } from '../domain/envelope';
import type { Finding } from '../domain/finding';
import type { HealthyRange } from '../domain/healthy-range';
import type { LabelVerdict } from '../domain/label-verdict';
import type { LiveState, StoredModel } from '../domain/ports';
import type { PumpState } from '../domain/pump-state';
import type { Recipe } from '../domain/recipe';
import type { Fault } from '../domain/result';
import { app } from './app.svelte';
import { Query, told } from './query.svelte';
import { stateOf } from './fleet.svelte';

/** Everything of a pump that the databases know. */
interface PumpRecord {
  asset: Asset | undefined;
  models: StoredModel[];
  findings: Finding[];
  rejected: RejectedRow[];
  /** How live monitoring left the pump. */
  left: LiveState | undefined;
}

const points = 1500;

export class PumpView {
  readonly assetId: string;
  readonly query = new Query<PumpRecord>();
  readonly asset = $derived(this.query.value?.asset);
  readonly models = $derived(this.query.value?.models ?? []);
  readonly findings = $derived(this.query.value?.findings ?? []);
  readonly rejected = $derived(this.query.value?.rejected ?? []);
  readonly activeModel = $derived(this.models.find(({ id }) => id === this.asset?.activeModelId) ?? null);
  /** The pump as a live source shows it now; undefined while none does. */
  readonly live = $derived.by(() => app.live.assetOf(this.assetId));
  readonly state: PumpState = $derived(this.live?.state ?? stateOf(this.activeModel, this.query.value?.left));
  /** True once the person has set the range; a change of recipe then leaves it alone. */
  isRangeChosen = $state(false);
  slice = $state.raw<ChartSlice | null>(null);
  overview = $state.raw<ChartSlice | null>(null);
  /** The range to train on next; `rows` is null where the person set it. */
  healthy = $state.raw<(Omit<HealthyRange, 'rows'> & { rows: number | null }) | null>(null);
  verdicts = $state.raw<LabelVerdict[]>([]);
  selectedId = $state<string | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The finding the person chose, else the open one, else the one with the highest peak. */
  readonly selected: Finding | null = $derived(
    this.findings.find(({ id }) => id === this.selectedId) ??
      this.state.finding ??
      this.findings.reduce<Finding | null>(
        (worst, each) => (worst && worst.peakScore >= each.peakScore ? worst : each),
        null
      )
  );
  /** The brush under the charts: the score where there is one, else the first channel. */
  readonly overviewLine = $derived.by(() => {
    const line = this.overview?.score ?? this.overview?.channels[0];
    return this.overview && line ? { t: this.overview.t, values: line.max } : null;
  });
  /** The range drawn as healthy: the one about to be trained on, or the active model's. */
  readonly shownHealthy = $derived(
    this.isRangeChosen || !this.activeModel ? this.healthy : this.activeModel.manifest.training
  );
  #asked = 0;

  constructor(assetId: string) {
    this.assetId = assetId;
    this.query.ask(async () => {
      const asset = await app.records.asset(assetId);
      const activeId = asset?.activeModelId;
      // A model that many pumps share belongs to none of them.
      const models = (await app.records.models()).filter((model) => model.assetId === assetId || model.id === activeId);
      const findings = activeId ? await app.records.findings(assetId, activeId) : [];
      const rejected = await app.records.rejectedRows(assetId);
      return { asset, models, findings, rejected, left: await app.records.liveState(assetId) };
    });
  }

  /** Loads the slice of a range; of several asked for in a row only the newest is shown. */
  async show(fromMs: number, toMs: number): Promise<void> {
    const ticket = ++this.#asked;
    const slice = await this.#load(fromMs, toMs, points);
    if (ticket === this.#asked && slice) this.slice = slice;
  }

  /** Loads the recording afresh: the brush, the visible range (at first all of it), and the verdicts on its labels. */
  async open(asset: Asset): Promise<void> {
    const { fromMs, toMs } = this.slice ?? { fromMs: asset.t0Ms, toMs: asset.t1Ms };
    const [overview] = await Promise.all([this.#load(asset.t0Ms, asset.t1Ms, 400), this.show(fromMs, toMs)]);
    if (overview) this.overview = overview;
    this.verdicts = [];
    const modelId = asset.activeModelId;
    if (!modelId) return;
    const verdicts = await app.files.call((api) => api.compareLabels(asset.id, modelId));
    if (verdicts.ok) this.verdicts = verdicts.value;
  }

  /** Proposes the healthy range of a recipe, unless the person has set one. */
  async propose(recipe: Recipe): Promise<void> {
    if (this.isRangeChosen) return;
    const range = await app.files.call((api) => api.proposeHealthy(this.assetId, recipe.healthy));
    if (this.isRangeChosen) return;
    if (!range.ok) this.fault = range.fault;
    this.healthy = range.ok ? range.value : null;
  }

  /** Takes the person's own range. */
  chooseHealthy(t0Ms: number, t1Ms: number): void {
    this.isRangeChosen = true;
    this.healthy = { t0Ms, t1Ms, rows: null };
  }

  /** Takes the range on the charts. */
  chooseVisible(): void {
    if (this.slice) this.chooseHealthy(this.slice.fromMs, this.slice.toMs);
  }

  /** Chooses a finding and shows it with as much again on both sides. */
  select(id: string): void {
    this.selectedId = id;
    const finding = this.findings.find((each) => each.id === id);
    const asset = this.asset;
    if (!finding || !asset) return;
    const endMs = finding.endMs ?? asset.t1Ms;
    const marginMs = Math.max(endMs - finding.startMs, 60 * asset.stepMs);
    void this.show(Math.max(asset.t0Ms, finding.startMs - marginMs), Math.min(asset.t1Ms, endMs + marginMs));
  }

  async rename(name: string): Promise<void> {
    const renamed = await told(() => app.records.renameAsset(this.assetId, name));
    if (!renamed.ok) this.fault = renamed.fault;
    else void app.live.refresh(null);
  }

  close(): void {
    this.query.stop();
  }

  async #load(fromMs: number, toMs: number, count: number): Promise<ChartSlice | null> {
    const modelId = this.asset?.activeModelId ?? null;
    const slice = await app.files.call((api) =>
      api.chart({ assetId: this.assetId, modelId, fromMs, toMs, points: count })
    );
    if (slice.ok) return slice.value;
    this.fault = slice.fault;
    return null;
  }
}
