/** `inspect FILE [--json] [--answer about=option]…`: what a file of readings holds, as the import understands it. Stores nothing. */
import type { ImportPreview, PlannedChannel } from '../lib/domain/import-plan';
import type { Fault } from '../lib/domain/result';
import { previewFiles } from '../lib/ingest/files';
import { openFromDisk, parseAnswers } from './recording';
import { need, UsageError } from './usage';

/** The one object that `--json` prints for a file, or for several of an archive that are one recording. */
export interface Inspection {
  error?: string;
  files: string[];
  format: string | null;
  encoding: string | null;
  delimiter: string | null;
  decimal: string | null;
  timeFormat: string | null;
  timeZone: string | null;
  layout: string | null;
  assets: string[];
  channels: { name: string; unit: string; mappedTo: string | null; missing: number }[];
  labels: string[];
  rows: { accepted: number; rejected: number; duplicates: number };
  rejections: { line: number; reason: string; text: string; column: string; isKept: boolean }[];
  firstTime: string | null;
  lastTime: string | null;
  /** What must be answered before the file can be imported. */
  questions: { about: string; where: string; options: string[] }[];
  /** What was taken for granted, and can be answered otherwise. */
  assumptions: { about: string; where: string; answer: string; options: string[] }[];
  /** Of an archive: further recordings, and why other files in it cannot be read. */
  others?: Inspection[];
  unread?: string[];
}

/** Prints what the file holds; exit code 1 where it cannot be read. */
export async function inspect(file: string | undefined, asJson: boolean, answers: string[] = []): Promise<void> {
  const path = need(file, 'FILE, the readings');
  const inspection = await inspectFile(path, answers);
  process.stdout.write(asJson ? `${JSON.stringify(inspection)}\n` : describe(inspection));
  if (inspection.error !== undefined) process.exitCode = 1;
}

async function inspectFile(path: string, answers: string[]): Promise<Inspection> {
  try {
    const file = await openFromDisk(path);
    const wish = { answers: parseAnswers(answers) };
    const previewed = await previewFiles([file], null, { wish, nowMs: Date.now() });
    if (!previewed.ok) return failed(tell(previewed.fault));
    const [first, ...others] = previewed.value.groups.map(asInspection);
    const unread = previewed.value.unread.map(tell);
    return { ...first!, ...(others.length > 0 && { others }), ...(unread.length > 0 && { unread }) };
  } catch (error) {
    if (error instanceof UsageError) return failed(error.message);
    throw error;
  }
}

const tell = ({ code, where, found, expected }: Fault): string =>
  `${code}: ${where}: found ${found}; expected ${expected}`;

function failed(error: string): Inspection {
  return {
    error,
    files: [],
    format: null,
    encoding: null,
    delimiter: null,
    decimal: null,
    timeFormat: null,
    timeZone: null,
    layout: null,
    assets: [],
    channels: [],
    labels: [],
    rows: { accepted: 0, rejected: 0, duplicates: 0 },
    rejections: [],
    firstTime: null,
    lastTime: null,
    questions: [],
    assumptions: []
  };
}

function asInspection({ fileNames, plan, survey }: ImportPreview): Inspection {
  const isText = plan.format === 'csv' || plan.format === 'cmapss';
  const iso = (ms: number): string | null => (Number.isNaN(ms) ? null : new Date(ms).toISOString());
  const channels = plan.channels.map((channel, index) => ({ channel, missing: survey.missing[index] ?? 0 }));
  const options = (each: { options: { id: string }[] }): string[] => each.options.map(({ id }) => id);
  const ofRole = (role: PlannedChannel['role']) => channels.filter(({ channel }) => channel.role === role);
  return {
    files: fileNames,
    format: plan.format,
    encoding: isText ? plan.encoding : null,
    delimiter: isText ? plan.delimiter : null,
    decimal: isText ? plan.decimal : null,
    timeFormat: plan.time.format,
    timeZone: plan.time.zone,
    layout: plan.layout,
    assets: survey.assets.map(({ name }) => name).filter((name) => name !== ''),
    channels: ofRole('reading').map(({ channel: { name, unit, mappedTo }, missing }) => ({
      name,
      unit,
      mappedTo,
      missing
    })),
    labels: ofRole('label').map(({ channel }) => channel.name),
    rows: { accepted: survey.accepted, rejected: survey.rejected, duplicates: survey.duplicates },
    rejections: survey.rejections.map(({ line, reason, text, column, isKept }) => ({
      line,
      reason,
      text,
      column,
      isKept
    })),
    firstTime: iso(survey.t0Ms),
    lastTime: iso(survey.t1Ms),
    questions: plan.questions
      .filter(({ answer }) => answer === null)
      .map((question) => ({ about: question.about, where: question.where, options: options(question) })),
    assumptions: plan.questions
      .filter(({ answer }) => answer !== null)
      .map((question) => ({
        about: question.about,
        where: question.where,
        answer: question.answer!,
        options: options(question)
      }))
  };
}

/** The same for a person: a line each for what was understood, then what is open. */
function describe(found: Inspection): string {
  if (found.error !== undefined) return `${found.error}\n`;
  const { accepted, rejected, duplicates } = found.rows;
  const delimiter = found.delimiter === '\t' ? 'tab' : found.delimiter;
  const text =
    found.encoding === null
      ? ''
      : `, ${found.encoding}, fields between "${delimiter}", decimals with "${found.decimal}"`;
  const lines = [
    `${found.files.join(', ')}: ${found.format}, ${found.layout}${text}`,
    `times: ${found.timeFormat}, ${found.timeZone}; ${found.firstTime ?? 'not read'} to ${found.lastTime ?? 'not read'}`,
    `rows: ${accepted} accepted, ${rejected} rejected, ${duplicates} replaced by a later row of the same time`,
    ...(found.assets.length > 0 ? [`assets: ${found.assets.join(', ')}`] : []),
    ...(found.labels.length > 0 ? [`labels: ${found.labels.join(', ')}`] : []),
    'channels:',
    ...found.channels.map(({ name, unit, mappedTo, missing }) => {
      const is = mappedTo === null ? '' : ` = ${mappedTo}`;
      return `  ${name}${unit && ` [${unit}]`}${is}${missing > 0 ? `, ${missing} missing` : ''}`;
    }),
    ...found.rejections
      .slice(0, 20)
      .map(({ line, reason, column, text: row }) => `line ${line}: ${reason}${column && ` in ${column}`}: ${row}`),
    ...(found.unread ?? []).map((fault) => `not read: ${fault}`),
    ...found.assumptions.map(({ about, where, answer }) => `taken for granted: ${about}=${answer} (${where})`),
    ...found.questions.map(({ about, where, options }) => `asked: --answer ${about}=${options.join('|')} (${where})`)
  ];
  return `${[...lines, ...(found.others ?? []).map(describe)].join('\n').trimEnd()}\n`;
}
