/**
 * Readings as a SenML pack (RFC 8428, JSON): base fields carry on to later records, names are put together, and times before
 * 2^28 s are relative to the arrival. Units stay as registered (`Cel`, `m3/s`); who maps channels converts them.
 */
import { addReading, isAbsent, mostChannels } from './frame';
import type { Frame } from './frame';
import { isTime } from './time';

type Members = Record<string, unknown>;

/** Values of one asset at one time, which SenML tells in separate records. */
interface Group {
  asset: string;
  tMs: number | null;
  names: string[];
  units: string[];
  raw: unknown[];
}

const relativeBelowS = 2 ** 28;
/** The version of RFC 8428; a later one may mean something else. */
const knownVersion = 10;
const shape = 'SenML records: [{"bn":"…:","bt":seconds,"n":"…","u":"…","v":number},…]';

/** True for an array whose first record is named as SenML names it. */
export function isSenml(document: unknown): boolean {
  const first: unknown = Array.isArray(document) ? document[0] : undefined;
  return isObject(first) && (typeof first.n === 'string' || typeof first.bn === 'string');
}

/**
 * Reads a pack. The channel is what follows the last `:` or `/` of a record's whole name and the asset what stands before it;
 * records of the same asset and time become one reading. A record that cannot be read is told and left out.
 */
export function readSenml(document: unknown, frame: Frame): void {
  if (!Array.isArray(document)) return frame.reject('message', document, shape);
  const groups = new Map<string, Group>();
  let [bn, bt, bu, bv]: [unknown, unknown, unknown, unknown] = ['', 0, '', 0];
  for (const [i, record] of document.entries()) {
    const where = `message, record ${i + 1}`;
    if (!isObject(record)) {
      frame.reject(where, record, shape);
      continue;
    }
    // A reader that does not know a field ending in `_`, or a later version, must not read on (RFC 8428 §4.4).
    const unknown = Object.keys(record).find((key) => key.endsWith('_'));
    if (unknown !== undefined) return frame.reject(where, unknown, 'no field that must be understood');
    if (record.bver !== undefined && !(typeof record.bver === 'number' && record.bver <= knownVersion)) {
      return frame.reject(`${where}, bver`, record.bver, `version ${knownVersion} at most`);
    }
    if (record.bn !== undefined) bn = record.bn;
    if (record.bt !== undefined) bt = record.bt;
    if (record.bu !== undefined) bu = record.bu;
    if (record.bv !== undefined) bv = record.bv;
    if (isBaseOnly(record)) continue;

    const { n = '', t = 0, u = bu } = record;
    const value =
      typeof record.v === 'number' && typeof bv === 'number' ? record.v + bv : (record.v ?? record.vb ?? record.vs);
    if (typeof bn !== 'string' || typeof n !== 'string' || bn + n === '') frame.reject(`${where}, name`, n, 'a name');
    else if (typeof bt !== 'number' || typeof t !== 'number') frame.reject(`${where}, time`, t, 'seconds');
    else if (value === undefined) frame.reject(`${where}, value`, record, '"v", "vb" or "vs"');
    else {
      const tMs = resolveTime(bt + t, frame.nowMs);
      if (tMs === undefined)
        frame.reject(`${where}, time`, bt + t, 'seconds since 1970, or before 2^28 relative to now');
      else addValue(groups, bn + n, tMs, typeof u === 'string' ? u : '', value, frame, where);
    }
  }
  for (const { asset, tMs, names, units, raw } of groups.values()) {
    addReading(frame, 'message', asset, tMs, names, units, raw);
  }
}

/** ms since 1970; null for "now", undefined where it is no time a live source can mean. */
function resolveTime(seconds: number, nowMs: number): number | null | undefined {
  if (seconds === 0) return null;
  const tMs = Math.round(seconds * 1e6) / 1e3 + (seconds < relativeBelowS ? nowMs : 0);
  return isTime(tMs) ? tMs : undefined;
}

function addValue(
  groups: Map<string, Group>,
  name: string,
  tMs: number | null,
  unit: string,
  raw: unknown,
  frame: Frame,
  where: string
): void {
  const cut = Math.max(name.lastIndexOf(':'), name.lastIndexOf('/'));
  const asset = cut > 0 ? name.slice(0, cut) : frame.asset;
  const channel = name.slice(cut + 1);
  const key = `${tMs} ${asset}`;
  let group = groups.get(key);
  if (!group) groups.set(key, (group = { asset, tMs, names: [], units: [], raw: [] }));
  if (group.names.length === mostChannels) return frame.reject(where, name, `at most ${mostChannels} channels`);
  if (group.names.includes(channel)) return frame.reject(where, name, 'one value per name and time');
  group.names.push(channel);
  group.units.push(unit);
  group.raw.push(isAbsent(raw) ? null : raw);
}

function isBaseOnly(record: Members): boolean {
  return Object.keys(record).every((key) => key.startsWith('b'));
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
