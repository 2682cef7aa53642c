/**
 * Whether a file's rows come oldest or newest first. Judged from its beginning, series by series; rows that lie the other way are left
 * out and listed when it is read, whichever it is.
 */
import type { ImportPlan, RowOrder } from '../domain/import-plan';
import type { SampleRow } from './csv/sample';
import { createStampReader, stampCell } from './stamp';

/** Newest first only where for one step forward there are so many back: a damaged stamp or two decide nothing. */
const fewSteps = 20;

/** The order of the rows that begin a file, by the stamps as they are written. */
export function findRowOrder({ time, ...plan }: ImportPlan, head: SampleRow[]): RowOrder {
  const stamps = createStampReader(time.format, plan, time.rowMs);
  const latest = new Map<string, number>();
  let [rises, falls] = [0, 0];
  for (const { fields, line } of head) {
    const ms = line < plan.dataLine ? NaN : stamps.read(stampCell(time, fields));
    if (Number.isNaN(ms)) continue;
    const series = [plan.assetColumn, plan.tagColumn].map((column) => fields[column ?? -1] ?? '').join('\n');
    const before = latest.get(series) ?? ms;
    if (ms > before) rises++;
    if (ms < before) falls++;
    latest.set(series, ms);
  }
  return falls > rises * fewSteps ? 'falling' : 'rising';
}
