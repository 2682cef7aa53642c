/**
 * Readings as InfluxDB line protocol: `pump,asset=P-101A flow=998.2,rpm=2949i 1732180000000000000`. The tag `asset` names the
 * asset; fields are channels, and a field called `value` is named by the measurement. Other tags are not part of a name.
 */
import { addReading } from './frame';
import type { Frame } from './frame';
import { readEpoch } from './time';

/** A line taken apart. `fields` hold numbers, booleans and texts; `time` is as written, empty where there is none. */
interface Line {
  measurement: string;
  tags: Map<string, string>;
  names: string[];
  raw: unknown[];
  time: string;
}

const shape = 'measurement[,tag=value…] field=value[,…] [time]';
const looksAlike = /^(?:[^\s,\\]|\\.)+(?:,(?:[^\s\\]|\\.)*)? (?:[^\s=\\]|\\.)+=/;
const numeric = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const integer = /^[+-]?\d+i$|^\d+u$/;
const booleans = new Map(
  ['t', 'T', 'true', 'True', 'TRUE']
    .map((word): [string, boolean] => [word, true])
    .concat(['f', 'F', 'false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]))
);

/** True for a line that has the look of line protocol. */
export function isInflux(line: string): boolean {
  return looksAlike.test(line);
}

/** Reads one line. A line of which any part cannot be read is told and lost whole: it may be garbled or cut. */
export function readInflux(line: string, frame: Frame): void {
  const parsed = parse(line);
  if (typeof parsed === 'number') return frame.reject(`line, column ${parsed + 1}`, line.slice(parsed), shape);
  const { measurement, tags, names, raw, time } = parsed;
  const tMs = time === '' ? null : /^\d{1,20}$/.test(time) ? readEpoch(Number(time)) : NaN;
  if (Number.isNaN(tMs)) return frame.reject('line, time', time, 'ns (µs, ms, s) since 1970, from 2000 to 2099');
  const channels = names.map((name) => (name === 'value' ? measurement : name));
  if (new Set(channels).size < names.length) return frame.reject('line', line, 'every field once');
  addReading(frame, 'line', tags.get('asset') ?? frame.asset, tMs, channels, null, raw);
}

/** The parts of a line, or the index at which it stops being line protocol. */
function parse(line: string): Line | number {
  let at = 0;

  /** The text up to one of `stops`, which stays unread; a backslash takes its special meaning from what follows. */
  function readUntil(stops: string): string {
    const start = at;
    let hasEscape = false;
    for (; at < line.length && !stops.includes(line[at]!); at++) {
      if (line[at] !== '\\' || !', ='.includes(line[at + 1] ?? '\\')) continue;
      hasEscape = true;
      at++;
    }
    const text = line.slice(start, at);
    return hasEscape ? text.replace(/\\([, =])/g, '$1') : text;
  }

  /** The text in quotes, or undefined where they are not closed. */
  function readQuoted(): string | undefined {
    let text = '';
    for (at++; at < line.length; at++) {
      if (line[at] === '"') {
        at++;
        return text;
      }
      if (line[at] === '\\' && '"\\'.includes(line[at + 1] ?? ' ')) at++;
      text += line[at]!;
    }
    return undefined;
  }

  const measurement = readUntil(', ');
  if (measurement === '') return at;
  const tags = new Map<string, string>();
  while (line[at] === ',') {
    at++;
    const key = readUntil('=, ');
    if (key === '' || line[at] !== '=') return at;
    at++;
    const value = readUntil(', ');
    if (value === '' || tags.has(key)) return at;
    tags.set(key, value);
  }
  const names: string[] = [];
  const raw: unknown[] = [];
  do {
    at++;
    const name = readUntil('=, ');
    if (name === '' || line[at] !== '=') return at;
    at++;
    const start = at;
    const value = line[at] === '"' ? readQuoted() : readField(readUntil(', '));
    if (value === undefined) return start;
    names.push(name);
    raw.push(value);
  } while (line[at] === ',');
  if (at < line.length && line[at] !== ' ') return at;
  return { measurement, tags, names, raw, time: line.slice(at).trim() };
}

/** A number, a boolean, or undefined where the text is neither. */
function readField(text: string): number | boolean | undefined {
  if (numeric.test(text)) return Number(text);
  if (integer.test(text)) return Number(text.slice(0, -1));
  return booleans.get(text);
}
