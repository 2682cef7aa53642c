/** The plan that a file's columns suggest. A proposal only: a person may change all of it. */
import type { Channel } from '../../domain/channel';
import type { Delimiter, ImportPlan } from '../../domain/import-plan';
import { fail, ok, type Result } from '../../domain/result';
import type { ProfiledColumn } from './column';
import { findUnit } from './unit';

/**
 * A plan with the likeliest time column and a role for each other one; `no-time-column` where none holds times,
 * `no-numeric-channel` where none of the others holds readings.
 */
export function proposePlan(columns: ProfiledColumn[], delimiter: Delimiter): Result<ImportPlan> {
  const time = chooseTimeColumn(columns);
  if (!time?.timeFormat) {
    return fail('no-time-column', 'header', describeColumns(columns), 'a column of ISO 8601 times or epoch s or ms');
  }
  const channels = proposeChannels(columns, time);
  if (channels.every(({ role }) => role !== 'reading')) {
    return fail('no-numeric-channel', 'header', describeColumns(columns), 'a column of numbers with a decimal point');
  }
  return ok({ delimiter, timeColumn: columns.indexOf(time), timeFormat: time.timeFormat, channels });
}

/** Each column with its first cell, so that a fault shows what was taken for no time or no number. */
export function describeColumns(columns: ProfiledColumn[]): string {
  return columns.map(({ name, firstCell }) => `${name}: ${firstCell}`).join(', ');
}

/** The first column of ISO times, else of epoch times; one that is named as a time comes before others. */
function chooseTimeColumn(columns: ProfiledColumn[]): ProfiledColumn | undefined {
  const isoColumns = columns.filter(({ timeFormat }) => timeFormat === 'iso');
  const candidates = isoColumns.length > 0 ? isoColumns : columns.filter(({ timeFormat }) => timeFormat !== null);
  return candidates.find(({ name }) => /time|date|stamp|epoch|^ts$|^t$/i.test(name)) ?? candidates[0];
}

/** One channel per column; blank and repeated names are told apart by the number of their column, counted from 1. */
function proposeChannels(columns: ProfiledColumn[], time: ProfiledColumn): Channel[] {
  const names = new Set<string>();
  return columns.map((column, index) => {
    let name = column.name === '' ? `column ${index + 1}` : column.name;
    while (names.has(name)) name += ` ${index + 1}`;
    names.add(name);
    return { name, unit: findUnit(column.name), role: column === time ? 'ignored' : column.role };
  });
}
