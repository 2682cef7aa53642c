/**
 * What a birth says of a node or a device: its metrics by name and alias, and their values from then on. Sparkplug reports by
 * exception, so what a later message leaves out still has the value told last; `Owner` keeps those.
 */
import type { ChannelLayout, Reading } from '../../domain/reading';
import { Quality } from '../../domain/reading-block';
import { isName, mostChannels } from '../wire/frame';
import type { Layouts } from '../wire/layouts';
import { isTime } from '../wire/time';
import { findUnit, isNumeric, judgeMetric, readMetric } from './metric';
import type { Metric, SparkplugPayload } from './payload';

/** Tells what was left out: where, what was found and what was expected. */
export type Reject = (where: string, found: string, expected: string) => void;

/** Where a metric's values go: a channel and its type; `index` null for one that is no number. */
interface Place {
  index: number | null;
  datatype: number;
}

/** A node or device that is born. */
export interface Owner {
  asset: string;
  layout: ChannelLayout;
  byName: Map<string, Place>;
  byAlias: Map<bigint, Place>;
  /** The values told last, and their `Quality` codes. */
  values: Float32Array;
  quality: Uint8Array;
  lastMs: number;
}

/** Values of one message that belong to one time. */
interface Told {
  tMs: number;
  isArrival: boolean;
  isHistorical: boolean;
  values: Map<number, [value: number, quality: number]>;
}

/** Bounds what one message can make of a birth's channels. */
const mostTimes = 1000;

/** Metrics that speak about Sparkplug itself. */
const isControl = (name: string): boolean => name === 'bdSeq' || /^(Node|Device) (Control|Info)\//.test(name);

/** Understands a birth. Metrics that cannot be named are told and left out. */
export function readBirth(asset: string, payload: SparkplugPayload, layouts: Layouts, reject: Reject): Owner {
  const byName = new Map<string, Place>();
  const byAlias = new Map<bigint, Place>();
  const channels: Metric[] = [];
  for (const metric of payload.metrics) {
    const { name, alias, datatype = 0 } = metric;
    if (name !== undefined && isControl(name)) continue;
    if (name === undefined || !isName(name) || name.includes('\ufffd') || byName.has(name)) {
      reject('metric', name ?? '', 'a name, once');
    } else if (alias !== undefined && byAlias.has(alias)) reject(name, `alias ${alias}`, 'an alias of its own');
    else {
      if (channels.length === mostChannels)
        reject(name, `${mostChannels} channels before it`, `at most ${mostChannels}`);
      const isChannel = isNumeric(datatype) && channels.length < mostChannels;
      const place = { index: isChannel ? channels.push(metric) - 1 : null, datatype };
      byName.set(name, place);
      if (alias !== undefined) byAlias.set(alias, place);
    }
  }
  const names = channels.map((metric) => metric.name!);
  const values = new Float32Array(names.length).fill(NaN);
  const quality = new Uint8Array(names.length).fill(Quality.missing);
  const layout = layouts.intern(names, channels.map(findUnit));
  return { asset, layout, byName, byAlias, values, quality, lastMs: -Infinity };
}

/**
 * The readings of a birth or data message, by time. Where it goes on from what is known, a reading holds all of the owner's
 * channels; one that is historical, or older than what is known, holds only what was told. Null where a metric was never born.
 */
export function readMetrics(
  owner: Owner,
  payload: SparkplugPayload,
  isBirth: boolean,
  nowMs: number,
  layouts: Layouts,
  reject: Reject
): Reading[] | null {
  const live = new Map<number, Told>();
  const historical = new Map<number, Told>();
  for (const metric of payload.metrics) {
    const { name, alias } = metric;
    if (name !== undefined && isControl(name)) continue;
    const place = name === undefined ? owner.byAlias.get(alias ?? -1n) : owner.byName.get(name);
    if (!place) {
      if (isBirth) continue;
      return null;
    }
    if (place.index === null) continue;
    const label = owner.layout.names[place.index]!;
    // A birth says what is the case now, however long ago a value has changed.
    const stamp = isBirth ? (payload.timestamp ?? metric.timestamp) : (metric.timestamp ?? payload.timestamp);
    const tMs = stamp === undefined ? nowMs : Number(stamp);
    if (!isTime(tMs)) {
      reject(`${label}, time`, String(stamp), 'ms since 1970, from 2000 to 2099');
      continue;
    }
    const value = readMetric(metric, metric.datatype ?? place.datatype);
    const quality = judgeMetric(metric, value);
    if (quality === Quality.unreadable) reject(label, String(metric.value.value), 'a value of its type');
    const isHistorical = !isBirth && metric.isHistorical === true;
    const groups = isHistorical ? historical : live;
    let told = groups.get(tMs);
    if (!told) {
      if (groups.size >= mostTimes) {
        reject(`${label}, time`, String(stamp), `at most ${mostTimes} times in one message`);
        continue;
      }
      groups.set(tMs, (told = { tMs, isArrival: stamp === undefined, isHistorical, values: new Map() }));
    }
    told.values.set(place.index, [value, quality]);
  }
  return [...historical.values(), ...live.values()]
    .sort((a, b) => a.tMs - b.tMs)
    .map((told) => makeReading(owner, told, layouts));
}

function makeReading(owner: Owner, told: Told, layouts: Layouts): Reading {
  const { tMs, isHistorical, isArrival } = told;
  const isNews = !isHistorical && tMs >= owner.lastMs;
  const arrived = (code: number): number => (isArrival && code === Quality.good ? Quality.arrivalTime : code);
  if (!isNews) {
    const { names, units } = owner.layout;
    const at = [...told.values.keys()].sort((a, b) => a - b);
    const layout = layouts.intern(
      at.map((i) => names[i]!),
      at.map((i) => units[i]!)
    );
    const values = Float32Array.from(at, (i) => told.values.get(i)![0]);
    const codes = Uint8Array.from(at, (i) => arrived(told.values.get(i)![1]));
    return { asset: owner.asset, tMs, layout, values: hideBad(values, codes), quality: orNull(codes), isHistorical };
  }
  owner.lastMs = tMs;
  for (const [i, [value, code]] of told.values) {
    owner.values[i] = value;
    owner.quality[i] = code;
  }
  const codes = owner.quality.map(arrived);
  return {
    asset: owner.asset,
    tMs,
    layout: owner.layout,
    values: hideBad(owner.values.slice(), codes),
    quality: orNull(codes),
    isHistorical
  };
}

/** A missing value is NaN; what the source calls bad keeps its number beside its code. */
function hideBad(values: Float32Array, codes: Uint8Array): Float32Array {
  for (let i = 0; i < values.length; i++)
    if (codes[i] === Quality.missing || codes[i] === Quality.unreadable) values[i] = NaN;
  return values;
}

function orNull(codes: Uint8Array): Uint8Array | null {
  return codes.every((code) => code === Quality.good) ? null : codes;
}
