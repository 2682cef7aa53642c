/** Whether an import plan is one at all. A plan comes from a person's choices or a stored profile, so it is checked where it enters. */
import {
  delimiters,
  encodings,
  fileFormats,
  findOpenQuestion,
  groupings,
  rowOrders,
  storedChannel,
  timeFormats,
  type ImportPlan
} from '../domain/import-plan';
import { findPumpChannel } from '../domain/pump-channel';
import { fail } from '../domain/result';
import { openZone } from './time-zone';

type Refusal = ReturnType<typeof fail> | null;

/**
 * The fault of a plan that no file could be read with, or null: a setting that is none of its kind, columns that do not exist or
 * serve two purposes, blank or repeated names (`bad-plan`), a question without an answer (`bad-plan`), no reading
 * (`no-numeric-channel`).
 */
export function findPlanFault(plan: ImportPlan): Refusal {
  const fault = findSettingFault(plan) ?? findColumnFault(plan) ?? findChannelFault(plan);
  if (fault) return fault;
  const open = findOpenQuestion(plan);
  if (!open) return null;
  const answers = open.options.map(({ id }) => id).join(' or ');
  return fail('bad-plan', `question ${open.about}, ${open.where}`, 'no answer', answers);
}

function findSettingFault({ format, encoding, delimiter, decimal, grouping, time, ...plan }: ImportPlan): Refusal {
  const settings: [name: string, value: string, known: readonly string[]][] = [
    ['format', format, fileFormats],
    ['encoding', encoding, encodings],
    ['delimiter', delimiter, [...delimiters, ' ']],
    ['decimal', decimal, ['.', ',']],
    ['grouping', grouping, groupings],
    ['time format', time.format, timeFormats],
    ['doubled hour', time.doubledHour, ['by-order', 'first', 'second']],
    ['order of rows', time.order, rowOrders],
    ['layout', plan.layout, ['wide', 'long']]
  ];
  const wrong = settings.find(([, value, known]) => !known.includes(value));
  if (wrong) return fail('bad-plan', wrong[0], String(wrong[1]), wrong[2].join(' '));
  if (decimal === grouping || (format === 'csv' && (decimal as string) === delimiter && delimiter !== ','))
    return fail('bad-plan', 'decimal', decimal, 'a mark that divides nothing else');
  if (!openZone(time.zone)) return fail('bad-plan', 'time zone', time.zone, 'UTC, an IANA name or an offset as +05:30');
  if (time.format === 'rows' && !(time.rowMs > 0)) return fail('bad-plan', 'step', String(time.rowMs), 'ms above 0');
  return null;
}

function findColumnFault({ width, time, layout, tagColumn, valueColumn, assetColumn, dataLine }: ImportPlan): Refusal {
  const used = [time.column, time.clockColumn, assetColumn, ...(layout === 'long' ? [tagColumn, valueColumn] : [])];
  const columns = used.filter((column) => column !== null);
  if (layout === 'long' && (tagColumn === null || valueColumn === null))
    return fail('bad-plan', 'layout', 'long', 'a tag column and a value column');
  const outside = columns.find((column) => !(Number.isInteger(column) && column >= 0 && column < width));
  if (outside !== undefined) return fail('bad-plan', 'columns', String(outside), `an index from 0 to ${width - 1}`);
  if (new Set(columns).size < columns.length)
    return fail('bad-plan', 'columns', columns.join(' '), 'a purpose for each');
  return dataLine >= 1 ? null : fail('bad-plan', 'first line of readings', String(dataLine), 'a line of the file');
}

function findChannelFault({ width, time, assetColumn, layout, channels, valueColumn }: ImportPlan): Refusal {
  const taken = layout === 'long' ? [] : [time.column, time.clockColumn, assetColumn];
  const names = new Set<string>();
  const tags = new Set<string>();
  for (const channel of channels) {
    const { role, column, tag, factor, offset, mappedTo } = channel;
    if (!(Number.isInteger(column) && column >= 0 && column < width))
      return fail('bad-plan', channel.name, String(column), `a column from 0 to ${width - 1}`);
    if (layout === 'long' && (tag === null || tags.has(tag) || column !== valueColumn))
      return fail('bad-plan', channel.name, String(tag), 'a tag of its own, and the value column');
    tags.add(tag ?? '');
    if (role === 'ignored') continue;
    if (taken.includes(column)) return fail('bad-plan', channel.name, role, 'the role ignored for time and asset');
    if (mappedTo !== null && !findPumpChannel(mappedTo))
      return fail('bad-plan', channel.name, mappedTo, 'a pump channel');
    if (!Number.isFinite(factor) || factor === 0 || !Number.isFinite(offset))
      return fail('bad-plan', channel.name, `factor ${factor}, offset ${offset}`, 'numbers');
    const { name } = storedChannel(channel);
    if (name.trim() === '' || names.has(name))
      return fail('bad-plan', 'channels', `"${name}"`, 'a name of its own for each');
    names.add(name);
  }
  if (channels.some(({ role }) => role === 'reading')) return null;
  const found = channels.map(({ name }) => name).join(', ');
  return fail('no-numeric-channel', 'channels', found, 'a column in the role reading');
}
