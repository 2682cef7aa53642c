/** Files on their way in: chosen, previewed, asked about, imported. Knows no format and no component. */
import { proxy } from '../bridge/clients';
import type { FilesApi } from '../bridge/files-api';
import type { WorkerClient } from '../bridge/worker-client';
import type { Answers, ImportPreview, ImportProgress, PlanWish } from '../domain/import-plan';
import type { Fault, Result } from '../domain/result';
import type { ImportProfiles } from '../records/profiles';
import type { ImportRecording } from './import-recording.svelte';

export class ImportSession {
  files = $state.raw<File[]>([]);
  /** What the files hold: one recording for all files of a layout. */
  recordings = $state.raw<ImportRecording[]>([]);
  /** The one that is looked at. */
  current = $state.raw<ImportRecording | null>(null);
  /** Why the other files cannot be read. */
  unread = $state.raw<Fault[]>([]);
  progress = $state.raw<ImportProgress | null>(null);
  fault = $state.raw<Fault | null>(null);
  isReading = $state(false);
  /** Names the running import, or the reading of the files; null when none runs. */
  #ticket: symbol | null = null;
  readonly #client: WorkerClient<FilesApi>;
  readonly #profiles: ImportProfiles;
  readonly #wallMs: () => number;

  constructor(client: WorkerClient<FilesApi>, profiles: ImportProfiles, wallMs: () => number) {
    this.#client = client;
    this.#profiles = profiles;
    this.#wallMs = wallMs;
  }

  /** Takes files and previews them. While an import runs they are refused: nothing is queued unseen. */
  async open(files: File[]): Promise<void> {
    if (this.progress || files.length === 0) return;
    this.close();
    this.files = files;
    await this.#read({});
  }

  /** Reads the files once more where nothing could be understood of them, under an answer given beforehand. */
  async retry(about: string, option: string): Promise<void> {
    await this.#read({ [about]: option });
  }

  /** Imports the current recording; returns the new pumps' ids, or null where it was stopped or failed, with `fault` set in the latter case. */
  async run(): Promise<string[] | null> {
    const { files, current } = this;
    if (!current || this.progress) return null;
    const { fileNames, bytes } = current.preview;
    const job = { fileNames, plan: $state.snapshot(current.plan) as typeof current.plan, name: current.pumpName };
    const ticket = (this.#ticket = Symbol('import'));
    this.fault = null;
    this.progress = { bytesRead: 0, bytesTotal: bytes, rows: 0, rejected: 0 };
    const onProgress = (progress: ImportProgress) => {
      if (this.#ticket === ticket) this.progress = progress; // else a late message of a cancelled import
    };
    const result: Result<string[]> = await this.#client.call((api) => api.importFiles(files, job, proxy(onProgress)));
    if (this.#ticket !== ticket) return null;
    this.#ticket = null;
    if (result.ok) {
      await current.remember(this.#wallMs());
      this.recordings = this.recordings.filter((recording) => recording !== current);
      this.current = this.recordings[0] ?? null;
      if (!this.current) this.close();
    } else this.fault = result.fault;
    // Last, or the page would draw the preview once more before it leaves it.
    this.progress = null;
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
    this.#ticket = null;
    this.isReading = false;
    this.files = [];
    this.recordings = [];
    this.current = null;
    this.unread = [];
    this.fault = null;
  }

  async #read(answers: Answers): Promise<void> {
    const { files } = this;
    const ticket = (this.#ticket = Symbol('reading'));
    this.isReading = true;
    this.fault = null;
    const wish = Object.keys(answers).length > 0 ? { answers } : null;
    const result = await this.#client.call((api) => api.preview(files, null, wish));
    if (this.#ticket !== ticket) return; // other files were chosen meanwhile
    if (result.ok) {
      const recordings = await Promise.all(result.value.groups.map((preview) => this.#recordingOf(preview, answers)));
      await Promise.all(recordings.map((recording) => recording.recall()));
      if (this.#ticket !== ticket) return;
      this.recordings = recordings;
      this.current = recordings[0] ?? null;
      this.unread = result.value.unread;
    } else this.fault = result.fault;
    this.isReading = false;
  }

  async #recordingOf(preview: ImportPreview, answers: Answers): Promise<ImportRecording> {
    const { files } = this;
    // Loaded with the first file: a page that waits for one does without.
    const { ImportRecording } = await import('./import-recording.svelte');
    const read = async (wish: PlanWish): Promise<Result<ImportPreview | undefined>> => {
      const result = await this.#client.call((api) => api.preview(files, preview.fileNames, wish));
      return result.ok ? { ok: true, value: result.value.groups[0] } : result;
    };
    return new ImportRecording(preview, answers, read, this.#profiles);
  }
}
