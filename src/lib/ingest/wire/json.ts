/**
 * Readings as JSON: `{"ts":…,"asset":"P-101A","v":{…}}`, with `values` for `v` as ThingsBoard writes it, arrays of these, and
 * flat objects that carry a time. Knows parsed documents only; text is cut elsewhere.
 */
import { addReading, isAbsent, readValue } from './frame';
import type { Frame } from './frame';
import { readTime, timeExpected } from './time';

type Members = Record<string, unknown>;

const shape = '{"ts":…,"asset":"…","v":{"channel":number,…}}';
const timeKeys = ['ts', 'time', 'timestamp'];
const otherKeys = new Set([...timeKeys, 'asset', 'units']);

/** Reads a document: an object or an array of objects. What has no such shape is told. */
export function readJson(document: unknown, frame: Frame): void {
  if (!Array.isArray(document)) readObject(document, frame, 'message');
  else for (let i = 0; i < document.length; i++) readObject(document[i], frame, `message, item ${i + 1}`);
}

/** True for a document that says what it is by `v` or `values`, so that it cannot be a piece cut out of another one. */
export function isTelemetry(document: unknown): boolean {
  const first: unknown = Array.isArray(document) ? document[0] : document;
  return isObject(first) && (isObject(first.v) || isObject(first.values));
}

function readObject(item: unknown, frame: Frame, where: string): void {
  if (!isObject(item)) return frame.reject(where, item, shape);
  const time = timeKeys.map((key) => item[key]).find((value) => value !== undefined && value !== null);
  const tMs = readTime(time);
  if (Number.isNaN(tMs)) return frame.reject(`${where}, time`, time, timeExpected);
  const asset = item.asset ?? frame.asset;
  if (typeof asset !== 'string' && typeof asset !== 'number') {
    return frame.reject(`${where}, asset`, asset, 'the name of an asset');
  }

  const told = item.v ?? item.values;
  let names: string[];
  let values: Members;
  if (told !== undefined) {
    if (!isObject(told)) return frame.reject(`${where}, values`, told, shape);
    values = told;
    names = Object.keys(values);
  } else {
    // Without a time, any object of a gateway's own (a greeting, an answer) would pass for a reading.
    if (tMs === null) return frame.reject(where, item, shape);
    values = item;
    names = Object.keys(item).filter((key) => !otherKeys.has(key) && isValue(item[key]));
    if (names.length === 0) return frame.reject(where, item, shape);
  }
  const units = isObject(item.units) ? item.units : null;
  addReading(
    frame,
    where,
    String(asset),
    tMs,
    names,
    units && names.map((name) => textOf(units[name])),
    names.map((name) => values[name])
  );
}

/** True for what may stand in a flat object as a value; its texts and parts are about something else. */
function isValue(raw: unknown): boolean {
  return isAbsent(raw) || !Number.isNaN(readValue(raw));
}

function textOf(unit: unknown): string {
  return typeof unit === 'string' ? unit.slice(0, 40) : '';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
