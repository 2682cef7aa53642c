/** One recording on its way in: what was understood of it, what the person answered and chose, and what is remembered of both. */
import { applyChoices, answersFor, findChoices, layoutSignature } from '../domain/import-profile';
import type { ChannelChoice, ImportProfile } from '../domain/import-profile';
import {
  findOpenQuestion,
  type Answers,
  type ImportPreview,
  type PlannedChannel,
  type PlanWish
} from '../domain/import-plan';
import { applyStructure, isStructurePart } from '../domain/import-structure';
import { fail, type Fault, type Result } from '../domain/result';
import type { ImportProfiles } from '../records/profiles';

/** Reads the recording's files again by a wish. */
type ReadAgain = (wish: PlanWish) => Promise<Result<ImportPreview | undefined>>;

export class ImportRecording {
  preview = $state.raw() as ImportPreview;
  /** Everything answered so far, changes of the structure included. */
  answers = $state.raw<Answers>({});
  /** Everything changed of single columns. */
  choices = $state.raw<ChannelChoice[]>([]);
  /** Name the new pump gets. */
  name = $state('');
  /** The profile whose answers and choices were taken over; null where none was, or after it was undone. */
  remembered = $state.raw<ImportProfile | null>(null);
  isReading = $state(false);
  fault = $state.raw<Fault | null>(null);
  readonly plan = $derived.by(() => applyChoices(this.preview.plan, this.choices));
  readonly openQuestion = $derived.by(() => findOpenQuestion(this.plan));
  /** The answers that the reading under way was asked for: the next answer adds to them, not to those already read by. */
  #wanted: Answers;
  #latest = 0;
  readonly #signature: string;
  readonly #readAgain: ReadAgain;
  readonly #profiles: ImportProfiles;

  constructor(preview: ImportPreview, answers: Answers, readAgain: ReadAgain, profiles: ImportProfiles) {
    this.preview = preview;
    this.answers = this.#wanted = answers;
    this.name = nameOf(preview.fileNames[0] ?? '');
    this.#signature = layoutSignature(preview);
    this.#readAgain = readAgain;
    this.#profiles = profiles;
  }

  /** The name as it is stored, never empty. */
  get pumpName(): string {
    return this.name.trim() || (this.preview.fileNames[0] ?? '');
  }

  /** Takes over what was said about this layout last time, as far as it still fits. */
  async recall(): Promise<void> {
    const profile = await this.#profiles.find(this.#signature);
    if (!profile) return;
    const answers = { ...answersFor(profile, this.preview.plan.questions), ...this.answers };
    const hasAnswers = Object.keys(answers).length > Object.keys(this.answers).length;
    if (hasAnswers && !(await this.#read(answers))) return;
    const fitting = applyChoices(this.preview.plan, profile.choices);
    this.choices = findChoices(this.preview.plan, fitting);
    if (hasAnswers || this.choices.length > 0) this.remembered = profile;
  }

  /** Undoes what was taken over, and forgets it. */
  async forget(): Promise<void> {
    await this.#profiles.forget(this.#signature);
    this.remembered = null;
    this.choices = [];
    await this.#read({});
  }

  /** Answers a question, or changes how the file is read; what was chosen for its columns stays. */
  async answer(about: string, option: string): Promise<void> {
    await this.#read({ ...this.#wanted, [about]: option });
  }

  /** Changes one channel of the plan, by its index. */
  change(index: number, change: Partial<PlannedChannel>): void {
    const channels = this.plan.channels.map((channel, i) => (i === index ? { ...channel, ...change } : channel));
    this.choices = findChoices(this.preview.plan, { ...this.plan, channels });
  }

  /** Keeps what was said for the next file of this layout; forgets an earlier profile where nothing was. */
  async remember(nowMs: number): Promise<void> {
    const { answers, choices } = this;
    if (Object.keys(answers).length === 0 && choices.length === 0) return this.#profiles.forget(this.#signature);
    const fileName = this.preview.fileNames[0] ?? '';
    await this.#profiles.keep({ signature: this.#signature, fileName, usedMs: nowMs, answers, choices });
  }

  /** True where the file could be read under these answers; else the last preview stays, so that they can be taken back. */
  async #read(answers: Answers): Promise<boolean> {
    const turn = ++this.#latest;
    this.#wanted = answers;
    this.isReading = true;
    const result = await this.#preview(answers);
    if (turn !== this.#latest) return false; // another answer was given meanwhile
    this.isReading = false;
    if (!result.ok || !result.value) {
      this.#wanted = this.answers;
      this.fault = result.ok ? fail('not-found', this.name, 'nothing', 'the files as before').fault : result.fault;
      return false;
    }
    this.fault = null;
    this.answers = answers;
    this.preview = result.value;
    return true;
  }

  /** What the questions' answers propose, and then with the structure that was chosen. */
  async #preview(all: Answers): Promise<Result<ImportPreview | undefined>> {
    const [structure, answers] = split(all);
    const proposed = await this.#readAgain({ answers });
    if (!proposed.ok || !proposed.value || Object.keys(structure).length === 0) return proposed;
    const { plan, columns } = proposed.value;
    return this.#readAgain({ plan: applyStructure(plan, columns, structure) });
  }
}

/** Changes of the structure, and answers. */
function split(all: Answers): [structure: Answers, answers: Answers] {
  const entries = Object.entries(all);
  const pick = (isWanted: boolean) =>
    Object.fromEntries(entries.filter(([about]) => isStructurePart(about) === isWanted));
  return [pick(true), pick(false)];
}

/** `pumps/P-101.csv` of an archive is a pump P-101; a logger's `0.csv` would make a pump called 0. */
function nameOf(fileName: string): string {
  const last = fileName.split('/').at(-1) ?? '';
  const stem = last.replace(/(\.[a-z0-9]{2,8}){1,2}$/i, '');
  return /\p{L}/u.test(stem) ? stem : fileName;
}
