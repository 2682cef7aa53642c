/**
 * One message while it is read, and how its values become a reading. Shared by all formats, so that a missing value, a bad one
 * and one without a time mean the same in each. Knows no format.
 */
import type { Reading } from '../../domain/reading';
import { Quality } from '../../domain/reading-block';
import { isMissing, readNumber } from '../csv/number';
import type { Layouts } from './layouts';

/** What a format's reader is given beside the text, and where it puts what it finds. */
export interface Frame {
  /** The asset of readings that name none. */
  asset: string;
  /** When it arrived, ms since 1970 UTC. */
  nowMs: number;
  layouts: Layouts;
  readings: Reading[];
  /** Tells that something was left out: where, what was found and what was expected. */
  reject(where: string, found: unknown, expected: string): void;
}

/** Largest magnitude that does not become Infinity in a Float32. */
const float32Limit = 3.4028235677973362e38;
const longestName = 200;
/** Channels of one asset that are read at most. */
export const mostChannels = 1000;
const controls = /[\u0000-\u001f\u007f]/;

/** True for a text that may name a channel or an asset: not blank, at most 200 characters, none of them a control character. */
export function isName(text: string): boolean {
  return text.length <= longestName && text.trim() !== '' && !controls.test(text);
}

/**
 * Adds one reading of `asset` at `tMs` (null: it gives no time and is stamped on arrival) to the frame. `raw` holds what was
 * written for each of `names`: numbers, booleans (1 and 0), numbers as text, null for missing. Anything else is told and counts
 * as unreadable. Bad or doubled names lose the reading. `where` is the place of the values in the message.
 */
export function addReading(
  frame: Frame,
  where: string,
  asset: string,
  tMs: number | null,
  names: readonly string[],
  units: readonly string[] | null,
  raw: readonly unknown[]
): void {
  const count = names.length;
  if (!isName(asset)) return frame.reject(where, asset, 'the name of an asset');
  if (count === 0 || count > mostChannels) return frame.reject(where, `${count} values`, `1 to ${mostChannels} values`);
  const badName = names.find((name) => !isName(name));
  if (badName !== undefined) return frame.reject(where, badName, 'the name of a channel');

  const values = new Float32Array(count);
  let quality: Uint8Array | null = null;
  for (let i = 0; i < count; i++) {
    const value = readValue(raw[i]);
    values[i] = value;
    if (!Number.isNaN(value)) continue;
    quality ??= new Uint8Array(count);
    quality[i] = isAbsent(raw[i]) ? Quality.missing : Quality.unreadable;
    if (quality[i] === Quality.unreadable) frame.reject(`${where}, ${names[i]!}`, raw[i], 'a number or null');
  }
  if (tMs === null) {
    quality ??= new Uint8Array(count);
    for (let i = 0; i < count; i++) if (quality[i] === Quality.good) quality[i] = Quality.arrivalTime;
  }
  const layout = frame.layouts.intern(names, units);
  frame.readings.push({ asset, tMs: tMs ?? frame.nowMs, layout, values, quality, isHistorical: false });
}

/** The number that `raw` stands for, or NaN where it is none that a Float32 holds. True is 1 and false is 0. */
export function readValue(raw: unknown): number {
  if (typeof raw === 'number') return Math.abs(raw) < float32Limit ? raw : NaN;
  if (typeof raw === 'boolean') return raw ? 1 : 0;
  return typeof raw === 'string' ? readNumber(raw) : NaN;
}

/** True where `raw` says that there is no value, instead of saying something that cannot be read. */
export function isAbsent(raw: unknown): boolean {
  return raw === null || raw === undefined || (typeof raw === 'string' && isMissing(raw));
}
