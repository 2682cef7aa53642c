/**
 * Files of any kind before they are imported: what they hold, the plan they should be read with, and what has to be asked. Exists
 * so that page, command line and tests understand a file alike, and so that nothing ambiguous is decided unseen. Long, because the steps from content to preview
 * are read one after the other, each short.
 */
import {
  findOpenQuestion,
  type Answers,
  type ImportPlan,
  type ImportPreview,
  type PlanWish,
  type PreviewColumn,
  type Question
} from '../domain/import-plan';
import { fail, ok, type Result } from '../domain/result';
import { profileColumn } from './column';
import { openContent, type Content } from './content';
import { countNotation, decideNotation, noNotation, type Notation } from './csv/dialect';
import { numberReader } from './csv/number';
import type { SampleRow } from './csv/sample';
import { findUnit } from './csv/unit';
import { faultOfError } from './file-fault';
import { mapChannels, type Series } from './map-channels';
import { findPlanFault } from './plan';
import {
  describeColumns,
  findPurposes,
  makePlan,
  plainChannel,
  wideChannels,
  type Draft,
  type Purposes
} from './proposal';
import {
  askDecimal,
  askDoubledHour,
  askLayout,
  askRowStep,
  askSentinels,
  askTimeFormat,
  askTimeZone
} from './questions';
import { findRowOrder } from './row-order';
import { sampleContent } from './sample-content';
import type { SourceFile } from './source-file';
import { createStampReader, createPlacer, stampCell, zoneOf } from './stamp';
import { noSurvey, surveyContents, type SurveyFindings } from './survey';
import { maxTags, scanNotation, scanOrders, scanTags } from './whole-file';

const shownRows = 12;
const shownAbove = 12;
/** A clock may be this far ahead of ours before stamps count as lying in the future, ms. */
const clockSlackMs = 300_000;

/** What the preview needs besides the files. */
export interface PreviewOptions {
  wish?: PlanWish | null;
  /** Wall clock: stamps of the future show that their zone is not the one assumed. */
  nowMs: number;
  onProgress?: (bytesRead: number) => void;
}

/** Understands one file that is not packed. Faults name it; one that turns up while it is read is returned like any other. */
export async function previewFile(file: SourceFile, options: PreviewOptions): Promise<Result<ImportPreview>> {
  const preview = await understand(file, options).catch((error: unknown) => {
    const fault = faultOfError(error);
    if (!fault) throw error;
    return { ok: false as const, fault };
  });
  if (preview.ok || preview.fault.where.startsWith(file.name)) return preview;
  return { ok: false, fault: { ...preview.fault, where: `${file.name}, ${preview.fault.where}` } };
}

async function understand(
  file: SourceFile,
  { wish, nowMs, onProgress }: PreviewOptions
): Promise<Result<ImportPreview>> {
  const given = wish && 'plan' in wish ? wish.plan : null;
  const answers: Answers = wish && 'answers' in wish ? wish.answers : given ? answersOf(given) : {};
  const opened = await openContent(file, given?.sheet ?? answers['sheet'] ?? null);
  if (!opened.ok) return opened;
  const content = opened.value;
  const drafted = await draft(content, answers);
  if (!drafted.ok) return drafted;
  const { made, head } = drafted.value;
  const purposes = findPurposes(made, answers);
  if (!purposes.ok && !given) return purposes;
  const proposed = purposes.ok ? await propose(content, drafted.value, purposes.value, answers) : null;
  if (proposed && !proposed.ok && !given) return proposed;
  const proposal = proposed?.ok ? proposed.value : null;
  const plan = given ? { ...given, questions: given.questions } : proposal!.plan;
  const misfit = findPlanFault({ ...plan, questions: [] }) ?? findMisfit(plan, made);
  if (misfit) return misfit;

  const preview: ImportPreview = {
    fileNames: [file.name],
    bytes: file.bytes,
    plan,
    columns: proposal?.columns ?? made.columns.map((column) => asPreviewColumn(column, null)),
    ...firstRows(plan, head),
    survey: noSurvey()
  };
  return findOpenQuestion(plan)
    ? ok(preview)
    : finishPreview([content], preview, { answers, nowMs, isGiven: given !== null, onProgress });
}

/** The answers under which a plan would be proposed again, as far as it is about where things stand. */
function answersOf({ questions, ...plan }: ImportPlan): Answers {
  const answered = questions.flatMap(({ about, answer }) => (answer === null ? [] : [[about, answer] as const]));
  const line = (number: number | null): string => String(number ?? 'none');
  return {
    ...Object.fromEntries(answered),
    ...(plan.format === 'csv' && { encoding: plan.encoding, delimiter: plan.delimiter, decimal: plan.decimal }),
    'header-line': line(plan.headerLine),
    'units-line': line(plan.unitsLine),
    'data-line': line(plan.dataLine)
  };
}

/** A draft with the rows of the file's beginning, whatever they are, and how numbers are written in it. */
interface Drafted {
  made: Draft;
  head: SampleRow[];
  notation: Notation;
}

/** Everything that is judged from the sample: the notation by as many cells as it takes. */
async function draft(content: Content, answers: Answers): Promise<Result<Drafted>> {
  const sampled = await sampleContent(content, answers);
  if (!sampled.ok) return sampled;
  const { structure, head, ...cut } = sampled.value;
  const sheet = content.table?.sheet ?? null;
  const counts = noNotation();
  if (!content.table) for (const { fields } of structure.rows) for (const cell of fields) countNotation(counts, cell);
  let notation: Notation = decideNotation(counts);
  if (notation.decimal === null && answers['decimal'] === undefined) {
    const columns = structure.names.map((_, column) => column);
    notation = await scanNotation(content, { ...cut, structure }, columns);
  }
  const answered = answers['decimal'] === ',' || answers['decimal'] === '.' ? answers['decimal'] : null;
  const decimal = answered ?? notation.decimal ?? ',';
  // Answered either way, the other mark between groups of three is one of thousands.
  // Where the mark was asked for, the other one between groups of three is one of thousands.
  const isAsked = notation.decimal === null || (answered !== null && answered !== notation.decimal);
  const grouping = isAsked ? (decimal === ',' ? '.' : ',') : notation.grouping;
  const readNumber = numberReader(decimal, grouping);
  const columns = structure.names.map((name, index) => {
    const cells = structure.rows.map(({ fields }) => fields[index] ?? '');
    return profileColumn(index, name, structure.units[index] || findUnit(name), cells, readNumber);
  });
  const made: Draft = { ...cut, structure, decimal, grouping, sheet, columns };
  return ok({ made, head, notation });
}

async function propose(content: Content, { made, head, notation }: Drafted, purposes: Purposes, answers: Answers) {
  if (purposes.orders.length > 1 && answers['time-format'] === undefined) {
    purposes.orders = await scanOrders(content, made, purposes.time.column, purposes.orders);
    purposes.time.format = purposes.orders[0]!;
  }
  const series = purposes.layout === 'long' ? await readTags(content, made, purposes) : ok(readColumns(made, purposes));
  if (!series.ok) return series;
  const mapped = mapChannels(series.value, answers);
  const plan = makePlan(made, purposes, mapped.channels, answers);
  plan.time.order = findRowOrder(plan, head);
  if (plan.channels.every(({ role }) => role !== 'reading'))
    return fail('no-numeric-channel', 'header', describeColumns(made.columns), 'a column of numbers');
  const questions: (Question | null)[] = [
    askSheet(content, answers),
    content.table ? null : askDecimal(notation, answers),
    askTimeFormat(purposes, made.columns, plan, answers),
    askLayout(purposes, made.columns, answers),
    ...mapped.questions,
    plan.time.format === 'rows' ? askRowStep(plan, answers) : null,
    needsZone(plan, made) ? askTimeZone(plan, made.columns[plan.time.column]!.firstCell, null, answers) : null
  ];
  plan.questions = questions.filter((question) => question !== null);
  const columns = made.columns.map((column, index) =>
    asPreviewColumn(column, purposes.layout === 'wide' ? (mapped.suggested[index] ?? null) : null)
  );
  return ok({ plan, columns });
}

/** The channels of a wide file, with the numbers of the sample. */
function readColumns(made: Draft, purposes: Purposes): Series[] {
  const readNumber = numberReader(made.decimal, made.grouping);
  return wideChannels(made.columns, purposes).map((channel) => {
    const cells = made.structure.rows.map(({ fields }) => fields[channel.column] ?? '');
    return { channel, values: cells.map(readNumber).filter((value) => !Number.isNaN(value)) };
  });
}

/** The channels of a long file, with the first numbers of each tag. */
async function readTags(content: Content, made: Draft, purposes: Purposes): Promise<Result<Series[]>> {
  const tags = await scanTags(content, made, purposes, numberReader(made.decimal, made.grouping));
  if (tags.length > maxTags)
    return fail('bad-plan', 'tag column', `more than ${maxTags} tags`, 'a column that names series');
  return ok(
    tags.map(({ tag, unit, values }) => {
      const channel = plainChannel(tag, unit || findUnit(tag), purposes.valueColumn!);
      return { channel: { ...channel, tag }, values };
    })
  );
}

function asPreviewColumn(
  { name, unit, numericShare, timeFormat }: Draft['columns'][number],
  suggested: string | null
): PreviewColumn {
  return { name, unit, numericShare, timeFormat, suggested };
}

/** Which sheet, where several have rows. */
function askSheet({ table }: Content, answers: Answers): Question | null {
  if (!table || table.sheets.length < 2) return null;
  const answered = table.sheets.find((name) => name === answers['sheet']);
  const options = table.sheets.map((id) => ({ id, example: id }));
  return { about: 'sheet', where: 'workbook', options, answer: answered ?? null };
}

/** True where some stamps of the sample name no zone. */
function needsZone({ time }: ImportPlan, made: Draft): boolean {
  if (time.format === 'rows' || time.format.startsWith('epoch')) return false;
  const stamps = createStampReader(time.format, made, time.rowMs);
  return made.structure.rows.some(({ fields }) => {
    const cell = stampCell(time, fields);
    return !Number.isNaN(stamps.read(cell)) && !stamps.hasZone;
  });
}

/** Why the sampled rows cannot be read by a plan, or null. */
function findMisfit(plan: ImportPlan, { structure, columns }: Draft): ReturnType<typeof fail> | null {
  if (structure.width !== plan.width)
    return fail('bad-plan', 'header', `${structure.width} columns`, `${plan.width} columns`);
  const stamps = createStampReader(plan.time.format, plan, plan.time.rowMs);
  if (structure.rows.some(({ fields }) => !Number.isNaN(stamps.read(stampCell(plan.time, fields))))) return null;
  const { name, firstCell } = columns[plan.time.column]!;
  return fail('no-time-column', `column ${name}`, firstCell, `times written as ${plan.time.format}`);
}

function firstRows(plan: ImportPlan, head: SampleRow[]): Pick<ImportPreview, 'above' | 'rows' | 'lines' | 'times'> {
  const shown = head.filter(({ line }) => line >= plan.dataLine).slice(0, shownRows);
  const stamps = createStampReader(plan.time.format, plan, plan.time.rowMs);
  const placer = createPlacer(zoneOf(plan.time), plan.time);
  let latest = NaN;
  const times = shown.map(({ fields }) => {
    const ms = stamps.read(stampCell(plan.time, fields));
    return (latest = stamps.hasZone || Number.isNaN(ms) ? ms : placer.place(ms, latest));
  });
  const rows = shown.map(({ fields }) => Array.from({ length: plan.width }, (_, index) => fields[index] ?? ''));
  const above = head.filter(({ line }) => line < plan.dataLine).slice(-shownAbove);
  return {
    above: above.map(({ line, fields }) => ({ line, cells: fields.slice(0, plan.width) })),
    rows,
    lines: shown.map(({ line }) => line),
    times
  };
}

interface Finish {
  answers: Answers;
  nowMs: number;
  isGiven: boolean;
  onProgress: ((bytesRead: number) => void) | undefined;
}

/** Reads the whole of a file's or a group's contents, and asks what only that can raise. */
async function finishPreview(
  contents: Content[],
  preview: ImportPreview,
  { answers, nowMs, isGiven, onProgress }: Finish
): Promise<Result<ImportPreview>> {
  const { plan } = preview;
  const surveyed = await surveyContents(contents, plan, onProgress);
  if (!surveyed.ok) return surveyed;
  const found = surveyed.value;
  if (isGiven) return ok({ ...preview, survey: found.survey });
  const sentinels = askSentinels(found, plan, answers);
  const doubled = askDoubledHour(found, plan, answers);
  const questions = [...doubtZone(plan, found, nowMs, answers), ...sentinels, ...(doubled ? [doubled] : [])];
  const channels = plan.channels.map((channel) => ({ ...channel }));
  const missing = [...found.survey.missing];
  found.doubts.forEach(({ channel, values, count }, index) => {
    if (sentinels[index]!.answer !== 'missing') return;
    channels[channel]!.sentinels = values;
    missing[channel]! += count;
  });
  const finished = { ...plan, channels, questions };
  const survey = findOpenQuestion(finished) ? noSurvey() : { ...found.survey, missing };
  return ok({ ...preview, plan: finished, survey });
}

/** The plan's questions; the assumed zone becomes one without an answer where the rows speak against it. */
function doubtZone(plan: ImportPlan, found: SurveyFindings, nowMs: number, answers: Answers): Question[] {
  const changed = found.assets.find(({ clockChangeMs }) => !Number.isNaN(clockChangeMs));
  const isAhead = found.survey.t1Ms > nowMs + clockSlackMs;
  const doubtfulMs = changed ? changed.clockChangeMs : isAhead ? found.survey.t1Ms : NaN;
  if (Number.isNaN(doubtfulMs) || answers['time-zone'] !== undefined) return plan.questions;
  return plan.questions.map((question) => {
    if (question.about !== 'time-zone') return question;
    return askTimeZone(plan, question.where, new Date(doubtfulMs).toISOString().slice(0, 19), answers);
  });
}
