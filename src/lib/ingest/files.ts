/**
 * Files as a person hands them over: one or many, packed or not. Those of one layout that follow each other in time are one
 * recording; any other is one of its own.
 */
import type { ImportPlan, ImportPreview, PlanWish, PreviewedFiles, Survey } from '../domain/import-plan';
import { fail, ok, type Fault, type Result } from '../domain/result';
import { unpackFile } from './archive/unpack';
import { openContent, readContent } from './content';
import { previewFile, type PreviewOptions } from './preview';
import type { RowReader } from './row-reader';
import type { SourceFile } from './source-file';

/** Files of one layout whose times overlap by more than this share of the shorter one are about different pumps. */
const overlapShare = 0.1;

/**
 * Previews all files, or those of these `names`, inside archives too. What cannot be read is listed beside what can; a fault is
 * returned where nothing can. A wish holds for all of them.
 */
export async function previewFiles(
  files: SourceFile[],
  names: string[] | null,
  options: PreviewOptions
): Promise<Result<PreviewedFiles>> {
  const { all, unread } = await unpackAll(files);
  const chosen = all.filter(({ name }) => names === null || names.includes(name));
  const understood: { file: SourceFile; preview: ImportPreview }[] = [];
  for (const file of chosen) {
    const preview = await previewFile(file, options);
    if (preview.ok) understood.push({ file, preview: preview.value });
    else unread.push(preview.fault);
  }
  const [first] = unread;
  if (understood.length === 0) {
    return first
      ? { ok: false, fault: first }
      : fail('not-found', 'files', names?.join(', ') ?? '', 'a file of readings');
  }
  return ok({ groups: await groupPreviews(understood, options), unread });
}

/** Every file, those inside archives too, under names that are all different; and why archives cannot be opened. */
async function unpackAll(files: SourceFile[]): Promise<{ all: SourceFile[]; unread: Fault[] }> {
  const all: SourceFile[] = [];
  const unread: Fault[] = [];
  const names = new Set<string>();
  for (const packed of files) {
    const inside = await unpackFile(packed);
    if (!inside.ok) unread.push(inside.fault);
    else
      for (const file of inside.value) {
        let { name } = file;
        for (let count = 2; names.has(name); count++) name = `${file.name} (${count})`;
        names.add(name);
        all.push(name === file.name ? file : { ...file, name });
      }
  }
  return { all, unread };
}

/**
 * Hands the rows of the named files to a reader, one file after the other, all by one plan; the last one first where times fall.
 * `onPiece` as in `readContent`.
 */
export async function readFiles(
  files: SourceFile[],
  names: string[],
  plan: ImportPlan,
  reader: RowReader,
  onPiece: (bytesRead: number, bytesTotal: number) => void | Promise<void> = () => undefined
): Promise<Result<null>> {
  const { all } = await unpackAll(files);
  const inOrder = plan.time.order === 'falling' ? [...names].reverse() : names;
  const chosen = inOrder.map((name) => all.find((file) => file.name === name));
  const absent = inOrder.find((_, index) => !chosen[index]);
  if (absent !== undefined) return fail('not-found', absent, 'no such file', 'one of the files chosen');
  const sizes = chosen.map((file) => file!.bytes);
  const total = sizes.includes(0) ? 0 : sizes.reduce((sum, bytes) => sum + bytes, 0);
  let before = 0;
  for (const file of chosen) {
    const opened = await openContent(file!, plan.sheet);
    if (!opened.ok) return opened;
    let within = 0;
    await readContent(opened.value, plan, reader, (bytesRead) => {
      within = bytesRead;
      return onPiece(before + bytesRead, total);
    });
    before += within;
  }
  return ok(null);
}

interface Understood {
  file: SourceFile;
  preview: ImportPreview;
}

/** One preview per recording. Within a layout, what one file decides is decided for all of its files. */
async function groupPreviews(understood: Understood[], options: PreviewOptions): Promise<ImportPreview[]> {
  const layouts = new Map<string, Understood[]>();
  for (const each of understood) {
    const key = layoutOf(each.preview.plan);
    layouts.set(key, [...(layouts.get(key) ?? []), each]);
  }
  const groups: ImportPreview[] = [];
  for (const members of layouts.values()) {
    const agreed = members.length === 1 ? members : await agree(members, options);
    groups.push(...chain(agreed.map(({ preview }) => preview)));
  }
  return groups;
}

/** What files must have in common to be parts of one recording. */
function layoutOf({ layout, channels, time, ...plan }: ImportPlan): string {
  return JSON.stringify([
    plan.format,
    plan.encoding,
    plan.delimiter,
    plan.sheet,
    plan.headerLine,
    plan.unitsLine,
    plan.dataLine,
    plan.width,
    layout,
    time.column,
    time.clockColumn,
    time.order,
    plan.assetColumn,
    layout === 'wide' ? channels.map(({ name, unit }) => [name, unit]) : []
  ]);
}

/** Reads every file by the plan with the fewest open questions, where it differs from its own. */
async function agree(members: Understood[], options: PreviewOptions): Promise<Understood[]> {
  const open = ({ questions }: ImportPlan): number => questions.filter(({ answer }) => answer === null).length;
  const { plan } = members.reduce((best, each) =>
    open(each.preview.plan) < open(best.preview.plan) ? each : best
  ).preview;
  const merged = plan.layout === 'long' ? { ...plan, channels: allTags(members) } : plan;
  const decided = JSON.stringify({ ...merged, questions: [] });
  const agreed: Understood[] = [];
  for (const { file, preview } of members) {
    const isSame = JSON.stringify({ ...preview.plan, questions: [] }) === decided;
    const wish: PlanWish = { plan: merged };
    const again = isSame ? null : await previewFile(file, { ...options, wish });
    agreed.push({ file, preview: again?.ok ? again.value : preview });
  }
  return agreed;
}

/** The tags of all files of a long layout. */
function allTags(members: Understood[]): ImportPlan['channels'] {
  const tags = new Map(
    members.flatMap(({ preview }) => preview.plan.channels).map((channel) => [channel.tag, channel])
  );
  return [...tags.values()];
}

/** Joins previews that follow each other in time. */
function chain(previews: ImportPreview[]): ImportPreview[] {
  const groups: ImportPreview[] = [];
  const start = ({ survey, times }: ImportPreview): number =>
    Number.isNaN(survey.t0Ms) ? (times[0] ?? NaN) : survey.t0Ms;
  for (const preview of [...previews].sort((a, b) => start(a) - start(b))) {
    const last = groups.findIndex((group) => follows(group.survey, preview.survey));
    if (last < 0) groups.push(preview);
    else groups[last] = join(groups[last]!, preview);
  }
  return groups;
}

function follows(before: Survey, after: Survey): boolean {
  const shorter = Math.min(before.t1Ms - before.t0Ms, after.t1Ms - after.t0Ms);
  // Files that wait for an answer are taken for one recording until they are read.
  if (Number.isNaN(shorter)) return true;
  return before.t1Ms - after.t0Ms <= shorter * overlapShare;
}

function join(a: ImportPreview, b: ImportPreview): ImportPreview {
  return {
    ...a,
    fileNames: [...a.fileNames, ...b.fileNames],
    bytes: a.bytes + b.bytes,
    survey: joinSurveys(a.survey, b.survey)
  };
}

function joinSurveys(a: Survey, b: Survey): Survey {
  const assets = a.assets.map((asset) => ({ ...asset }));
  for (const later of b.assets) {
    const known = assets.find(({ name }) => name === later.name);
    if (!known) assets.push({ ...later });
    else Object.assign(known, { rows: known.rows + later.rows, t1Ms: later.t1Ms });
  }
  return {
    accepted: a.accepted + b.accepted,
    rejected: a.rejected + b.rejected,
    duplicates: a.duplicates + b.duplicates,
    assets,
    missing: a.missing.map((count, index) => count + (b.missing[index] ?? 0)),
    stepMs: a.stepMs,
    t0Ms: a.t0Ms,
    t1Ms: Math.max(a.t1Ms, b.t1Ms),
    rejections: [...a.rejections, ...b.rejections]
  };
}
