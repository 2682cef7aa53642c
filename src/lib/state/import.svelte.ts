/** A file on its way in: chosen, previewed, changed by the person, imported. */
import { proxy } from '../bridge/clients';
import type { FilesApi } from '../bridge/files-api';
import type { WorkerClient } from '../bridge/worker-client';
import type { ImportPlan, ImportPreview, ImportProgress, PlanWish } from '../domain/import-plan';
import type { Fault, Result } from '../domain/result';

export class ImportSession {
  file = $state.raw<File | null>(null);
  preview = $state.raw<ImportPreview | null>(null);
  progress = $state.raw<ImportProgress | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** Name the new pump gets. */
  name = $state('');
  isReading = $state(false);
  /** Names the running import; null when none runs. */
  #ticket: symbol | null = null;
  readonly #client: WorkerClient<FilesApi>;

  constructor(client: WorkerClient<FilesApi>) {
    this.#client = client;
  }

  /** Takes a file and previews it. While an import runs, the file is refused: nothing is queued unseen. */
  async open(file: File): Promise<void> {
    if (this.progress) return;
    this.close();
    this.file = file;
    const stem = file.name.replace(/\.[^.]+$/, '');
    // A logger's "0.csv" would otherwise make a pump called 0.
    this.name = /\p{L}/u.test(stem) ? stem : file.name;
    await this.#readPreview(file, null);
  }

  /** Previews the same file by the person's own plan, or afresh under another delimiter. */
  async change(wish: PlanWish): Promise<void> {
    if (this.file) await this.#readPreview(this.file, $state.snapshot(wish) as PlanWish);
  }

  /** Imports by the plan; returns the new pump's id, or null where it was stopped or failed, with `fault` set in the latter case. */
  async run(chosen: ImportPlan): Promise<string | null> {
    const { file } = this;
    if (!file) return null;
    const plan = $state.snapshot(chosen) as ImportPlan;
    const name = this.name.trim() || file.name;
    const ticket = (this.#ticket = Symbol(name));
    this.fault = null;
    this.progress = { bytesRead: 0, bytesTotal: file.size, rows: 0, rejected: 0 };
    const onProgress = (progress: ImportProgress) => {
      if (this.#ticket === ticket) this.progress = progress; // else a late message of a cancelled import
    };
    const result: Result<string> = await this.#client.call((api) =>
      api.importFile(file, plan, name, proxy(onProgress))
    );
    if (this.#ticket !== ticket) return null;
    this.#ticket = null;
    this.progress = null;
    if (result.ok) this.close();
    else this.fault = result.fault;
    return result.ok ? result.value : null;
  }

  /** Stops a running import at once; nothing of it stays behind. */
  async cancel(): Promise<void> {
    this.#ticket = null;
    this.progress = null;
    this.#client.stop();
    await this.#client.call((api) => api.sweep());
  }

  close(): void {
    this.file = null;
    this.preview = null;
    this.fault = null;
    this.name = '';
  }

  async #readPreview(file: File, wish: PlanWish | null): Promise<void> {
    this.isReading = true;
    const result = await this.#client.call((api) => api.preview(file, wish));
    this.isReading = false;
    if (this.file !== file) return; // another file was chosen meanwhile
    this.fault = result.ok ? null : result.fault;
    // A change that does not fit keeps the last preview, so that it can be taken back.
    if (result.ok) this.preview = result.value;
    else if (!wish) this.preview = null;
  }
}
