/**
 * What a CSV or TSV file holds, judged by its beginning, and the plan it should be read with. Exists so that a person sees and
 * corrects the plan before the import; the rows counted here are read by the same code as the import itself.
 */
import type { ImportPlan, ImportPreview, PlanWish } from '../../domain/import-plan';
import { fail, ok, type Result } from '../../domain/result';
import { profileColumn, type ProfiledColumn } from './column';
import { findPlanFault } from './plan';
import { describeColumns, proposePlan } from './proposal';
import { createRowReader } from './row-reader';
import { createRowCutter } from './rows';
import { sampleRows, sniffDelimiter } from './sample';
import { timeReader } from './time';

const shownRows = 12;
const listedRejected = 1000;

/**
 * Understands `head`, the file's first characters (about 256 KB; unless `isWhole`, a cut last row is ignored). Proposes a plan, or
 * applies what the person wishes: a whole plan, or another delimiter, under which a plan is proposed afresh. Faults: `not-text`, `no-row`, `no-time-column`, `no-numeric-channel`, and `bad-plan`
 * where the given plan does not fit the file.
 */
export function previewCsv(
  head: string,
  file: { name: string; bytes: number },
  isWhole: boolean,
  wish?: PlanWish
): Result<ImportPreview> {
  const understood = understand(head, isWhole, wish);
  if (understood.ok) return ok({ fileName: file.name, bytes: file.bytes, ...understood.value });
  return { ok: false, fault: { ...understood.fault, where: `${file.name}, ${understood.fault.where}` } };
}

type Understood = Omit<ImportPreview, 'fileName' | 'bytes'>;

function understand(head: string, isWhole: boolean, wish: PlanWish | undefined): Result<Understood> {
  if (!isText(head)) return fail('not-text', 'beginning', JSON.stringify(head.slice(0, 20)), 'text in UTF-8');
  const delimiter = wish?.delimiter ?? sniffDelimiter(head, isWhole);
  const given = wish && 'channels' in wish ? wish : undefined;
  const [header = [], ...rows] = sampleRows(head, delimiter, isWhole);
  const fitting = rows.filter((row) => row.length === header.length);
  const firstRow = rows[0];
  if (!firstRow) return fail('no-row', 'end', header.join(delimiter), 'a header and rows of readings below it');
  if (!given && fitting.length === 0) {
    return fail('no-row', 'first row', firstRow.join(delimiter), `${header.length} fields, as in the header`);
  }

  const columns = header.map((name, index) =>
    profileColumn(
      name.trim(),
      fitting.map((row) => row[index]!)
    )
  );
  const planned = given ? ok(given) : proposePlan(columns, delimiter);
  if (!planned.ok) return planned;
  const plan = planned.value;
  const misfit = findPlanFault(plan) ?? findMisfit(plan, header, fitting, columns);
  if (misfit) return misfit;

  const reader = createRowReader(plan, '', { maxRejected: Infinity });
  const cutter = createRowCutter(delimiter, reader);
  cutter.push(head);
  if (isWhole) cutter.finish();
  const read = reader.finish();
  if (!read.ok) return read;
  const { rejected, stepMs, t0Ms } = read.value;
  return ok({
    plan,
    columns: columns.map(({ name, numericShare, timeFormat }) => ({ name, numericShare, timeFormat })),
    rows: rows.slice(0, shownRows).map((row) => header.map((_, index) => row[index] ?? '')),
    stepMs,
    t0Ms,
    rowsRead: read.value.rows + rejected.filter(({ isKept }) => !isKept).length,
    rejected: rejected.slice(0, listedRejected)
  });
}

/** False where the header holds bytes that are no text, or one character in a hundred does; a few damaged rows are the import's to list. */
function isText(head: string): boolean {
  const strangers = (text: string): number => text.split('\0').length + text.split('\ufffd').length - 2;
  const header = head.split(/[\r\n]/, 1)[0] ?? '';
  return strangers(header) === 0 && strangers(head) * 100 <= head.length;
}

/** Why the sampled rows cannot be read by the plan, or null. */
function findMisfit(
  plan: ImportPlan,
  header: string[],
  rows: string[][],
  columns: ProfiledColumn[]
): ReturnType<typeof fail> | null {
  const text = header.join(plan.delimiter);
  if (header.length !== plan.channels.length)
    return fail('bad-plan', 'header', text, `${plan.channels.length} columns`);
  const readTime = timeReader(plan.timeFormat);
  const isTime = (row: string[]): boolean => !Number.isNaN(readTime(row[plan.timeColumn] ?? ''));
  if (!rows.some(isTime)) {
    const { name, firstCell } = columns[plan.timeColumn]!;
    return fail('no-time-column', `column ${name}`, firstCell, `times written as ${plan.timeFormat}`);
  }
  if (isTime(header)) return fail('no-time-column', 'header', text, 'the names of the columns, not a row of readings');
  const isReading = columns.some(
    ({ numericShare }, index) => plan.channels[index]!.role === 'reading' && numericShare > 0
  );
  return isReading
    ? null
    : fail('no-numeric-channel', 'header', describeColumns(columns), 'numbers with a decimal point');
}
