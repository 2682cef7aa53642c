/** The plan that a file's columns suggest, and what they leave open. A proposal only: a person may answer and change all of it. */
import type {
  Answers,
  Decimal,
  Delimiter,
  Encoding,
  FileFormat,
  Grouping,
  ImportPlan,
  PlannedChannel,
  TimeFormat,
  TimePlan
} from '../domain/import-plan';
import { fail, ok, type Result } from '../domain/result';
import { assumedCycleMs, cycleColumn, engineColumn } from './cmapss/layout';
import type { ProfiledColumn } from './column';
import type { DateOrder } from './csv/calendar';
import { isUnitText } from './csv/unit';
import type { Structure } from './structure';

/** What was found out about a file before its columns are given a purpose. */
export interface Draft {
  format: FileFormat;
  encoding: Encoding;
  delimiter: Delimiter;
  decimal: Decimal;
  grouping: Grouping;
  sheet: string | null;
  structure: Structure;
  columns: ProfiledColumn[];
}

/** What each column is for, as far as it is known. */
export interface Purposes {
  time: Pick<TimePlan, 'column' | 'clockColumn' | 'format'>;
  /** Orders of day, month and year that the sample allows, where the format is one of them. */
  orders: DateOrder[];
  layout: 'wide' | 'long';
  tagColumn: number | null;
  valueColumn: number | null;
  unitColumn: number | null;
  assetColumn: number | null;
  /** A column of words that may name tags or assets; a person has to say. Null where there is none. */
  openColumn: number | null;
}

const assetNames =
  /^(asset|pump|machine|equipment|device|unit|engine|station|pumpe|maschine|aggregat|anlage|geraet|gerät)([ _-]?(id|no\.?|nr\.?|name|number|nummer|tag|code))?$/i;
const tagNames =
  /^(tag|tag[ _-]?name|tag[ _-]?id|sensor|sensor[ _-]?(id|name)|signal|variable|channel|metric|measurement|parameter|point|point[ _-]?name|item|attribute|kanal|messstelle|kks|quantity)$/i;
const valueNames = /^(value|val|wert|messwert|reading|result|measurement[ _-]?value|pv)$/i;
const unitNames = /^(unit|units|uom|eu|einheit|eng[ _-]?units?)$/i;

/** Purposes by names, kinds and answers; `no-time-column` where no column holds times. */
export function findPurposes({ format, columns }: Draft, answers: Answers): Result<Purposes> {
  if (format === 'cmapss') return ok(cmapssPurposes);
  const time = chooseTime(columns, answers);
  if (!time) {
    const expected = 'a column of dates, of ISO 8601 times, of seconds, ms, µs or ns since 1970, or of Excel days';
    return fail('no-time-column', 'header', describeColumns(columns), expected);
  }
  const others = columns.filter(({ index }) => index !== time.time.column && index !== time.time.clockColumn);
  return ok({ ...time, ...chooseLayout(others, columns[time.time.column]!, answers) });
}

const cmapssPurposes: Purposes = {
  time: { column: cycleColumn, clockColumn: null, format: 'rows' },
  orders: [],
  layout: 'wide',
  tagColumn: null,
  valueColumn: null,
  unitColumn: null,
  assetColumn: engineColumn,
  openColumn: null
};

/** Each column with its first cell, so that a fault shows what was taken for no time or no number. */
export function describeColumns(columns: ProfiledColumn[]): string {
  return columns.map(({ name, firstCell }) => `${name}: ${firstCell}`).join(', ');
}

/** Dates with times before other times, ISO first; one that is named as a time comes before others. */
function chooseTime(columns: ProfiledColumn[], answers: Answers): Pick<Purposes, 'time' | 'orders'> | null {
  const rank = ({ timeFormat, isDate }: ProfiledColumn): number =>
    timeFormat === 'iso'
      ? isDate
        ? 2
        : 0
      : timeFormat?.endsWith('-first')
        ? isDate
          ? 2
          : 1
        : timeFormat?.startsWith('epoch')
          ? 3
          : 4;
  const candidates = columns.filter(({ timeFormat }) => timeFormat !== null);
  candidates.sort((a, b) => rank(a) - rank(b) || Number(b.isNamedTime) - Number(a.isNamedTime) || a.index - b.index);
  const chosen = candidates[0];
  if (!chosen?.timeFormat) return null;
  const clock = chosen.isDate ? columns.find(({ isClock }) => isClock) : undefined;
  const answered = answers['time-format'] as TimeFormat | undefined;
  // With a time of day of its own behind it, an ISO date is read as loosely as the clock is written.
  const found: TimeFormat = clock && chosen.timeFormat === 'iso' ? 'year-first' : chosen.timeFormat;
  const format = answered ?? found;
  const time = { column: chosen.index, clockColumn: clock?.index ?? null, format };
  return { time, orders: chosen.orders };
}

function chooseLayout(
  others: ProfiledColumn[],
  time: ProfiledColumn,
  answers: Answers
): Pick<Purposes, 'layout' | 'tagColumn' | 'valueColumn' | 'unitColumn' | 'assetColumn' | 'openColumn'> {
  const wide = {
    layout: 'wide' as const,
    tagColumn: null,
    valueColumn: null,
    unitColumn: null,
    assetColumn: null,
    openColumn: null
  };
  const isNamed = (names: RegExp) => (column: ProfiledColumn) => names.test(column.name.trim());
  const readings = others.filter(({ role }) => role === 'reading');
  const words = others.filter(({ isWords }) => isWords);
  const isName = ({ isWords, distinct, numericShare }: ProfiledColumn): boolean =>
    isWords || (numericShare === 1 && distinct > 0 && distinct <= 200);
  const unit = words.find((column) => isNamed(unitNames)(column) && isUnitText(column.firstCell)) ?? null;
  const asset = others.find((column) => isNamed(assetNames)(column) && column !== unit && isName(column)) ?? null;
  const assetColumn = asset?.index ?? null;
  const value = readings.find(isNamed(valueNames)) ?? (readings.length === 1 ? readings[0] : undefined);
  const tag = words.find((column) => isNamed(tagNames)(column) && column !== asset);
  const isLong = answers['layout'] === 'long' || (answers['layout'] === undefined && tag !== undefined);
  const candidate = tag ?? words.find((column) => column !== asset && column !== unit && column.distinct > 1);
  if (value && candidate && isLong) {
    return {
      layout: 'long',
      tagColumn: candidate.index,
      valueColumn: value.index,
      unitColumn: unit?.index ?? null,
      assetColumn,
      openColumn: null
    };
  }
  if (answers['layout'] === 'asset' && candidate) return { ...wide, assetColumn: candidate.index };
  if (answers['layout'] === 'wide') return { ...wide, assetColumn };
  // Words beside times that come again and again: they tell rows of one time apart, as tags or as assets.
  const isOpen = assetColumn === null && candidate !== undefined && candidate.distinct <= 200 && time.repeats;
  return { ...wide, assetColumn, openColumn: isOpen ? candidate.index : null };
}

/** A channel for each column, named apart: blank and repeated names by the number of their column, counted from 1. */
export function wideChannels(columns: ProfiledColumn[], { time, assetColumn }: Purposes): PlannedChannel[] {
  const names = new Set<string>();
  return columns.map(({ name: written, unit, index, role }) => {
    let name = written === '' ? `column ${index + 1}` : written;
    while (names.has(name)) name += ` ${index + 1}`;
    names.add(name);
    const isTaken = index === time.column || index === time.clockColumn || index === assetColumn;
    return { ...plainChannel(name, unit, index), role: isTaken ? 'ignored' : role };
  });
}

/** A reading stored as it stands. */
export function plainChannel(name: string, unit: string, column: number): PlannedChannel {
  return { name, unit, role: 'reading', column, tag: null, mappedTo: null, factor: 1, offset: 0, sentinels: [] };
}

/** The plan of a draft with its purposes; questions come later. */
export function makePlan(draft: Draft, purposes: Purposes, channels: PlannedChannel[], answers: Answers): ImportPlan {
  const { structure, format, encoding, delimiter, decimal, grouping, sheet } = draft;
  const { layout, tagColumn, valueColumn, assetColumn, time } = purposes;
  const doubled = answers['doubled-hour'];
  return {
    format,
    encoding,
    delimiter,
    decimal,
    grouping,
    sheet,
    headerLine: structure.headerLine,
    unitsLine: structure.unitsLine,
    dataLine: structure.dataLine,
    width: structure.width,
    time: {
      ...time,
      zone: answers['time-zone'] ?? 'UTC',
      doubledHour: doubled === 'first' || doubled === 'second' ? doubled : 'by-order',
      rowMs: Number(answers['row-step'] ?? assumedCycleMs),
      order: 'rising'
    },
    layout,
    tagColumn,
    valueColumn,
    assetColumn,
    channels,
    questions: []
  };
}
