/**
 * Rows of one owner as plain columns: readings belong to an asset, scores to an asset and a model. It exists so that journal,
 * blocks and merging are written once for both. It must not know where rows are stored.
 */
import type { ReadingBlock } from '../../domain/reading-block';
import { Quality } from '../../domain/reading-block';
import type { ScoreBlock } from '../../domain/score';
import type { Columns } from '../codec/codec';

/** How rows of an owner are laid out. `modelId` is empty for readings. */
export interface Layout {
  modelId: string;
  channels: string[];
}

/** Rows of one owner. Readings: a float and a code column per channel; scores: see `floatsOf`, and the status as the only code column. */
export interface Series extends Layout, Columns {
  assetId: string;
}

/** How many float columns a layout has: readings the values; scores the score, the error of each channel, the expected value of each. */
export function floatsOf({ modelId, channels }: Layout): number {
  return modelId === '' ? channels.length : 1 + 2 * channels.length;
}

/** How many code columns a layout has: the quality of each channel, or the one status. */
export function codesOf({ modelId, channels }: Layout): number {
  return modelId === '' ? channels.length : 1;
}

export function seriesOfReadings({ assetId, channels, t, columns, quality }: ReadingBlock): Series {
  return { assetId, modelId: '', channels, t, floats: columns, codes: quality };
}

export function readingsOfSeries({ assetId, channels, t, floats, codes }: Series): ReadingBlock {
  return { assetId, channels, t, columns: floats, quality: codes };
}

export function seriesOfScores(block: ScoreBlock): Series {
  const { assetId, modelId, channels, t } = block;
  const floats = [block.score, ...block.channelError, ...block.expected];
  return { assetId, modelId, channels, t, floats, codes: [block.status] };
}

export function scoresOfSeries({ assetId, modelId, channels, t, floats, codes }: Series): ScoreBlock {
  const [score, ...perChannel] = floats;
  return {
    assetId,
    modelId,
    channels,
    t,
    score: score!,
    status: codes[0]!,
    channelError: perChannel.slice(0, channels.length),
    expected: perChannel.slice(channels.length)
  };
}

/** What is wrong with rows that come from outside, or undefined. */
export function faultIn(series: Series): string | undefined {
  const { assetId, channels, t, floats, codes } = series;
  if (assetId === '') return 'no asset';
  if (new Set(channels).size !== channels.length) return `a channel twice in ${channels.join(', ')}`;
  const isComplete = floats.length === floatsOf(series) && codes.length === codesOf(series);
  if (!isComplete || [...floats, ...codes].some((column) => column.length !== t.length)) {
    return `columns that do not fit ${channels.length} channels of ${t.length} rows`;
  }
  for (let row = 0; row < t.length; row++) {
    if (!Number.isFinite(t[row])) return `time ${t[row]}`;
    if (row > 0 && !(t[row]! > t[row - 1]!)) return `time ${t[row]} after ${t[row - 1]}`;
  }
  return undefined;
}

/** The rows `from … to − 1`, copied unless they are all. */
export function sliceSeries(series: Series, from: number, to: number): Series {
  const { t, floats, codes } = series;
  if (from === 0 && to === t.length) return series;
  return {
    ...series,
    t: t.slice(from, to),
    floats: floats.map((column) => column.slice(from, to)),
    codes: codes.map((column) => column.slice(from, to))
  };
}

/** The first row at or after a time, by bisection; the number of rows where there is none. */
export function firstRowFrom(t: Float64Array, ms: number): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle]! >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The rows within [fromMs, toMs]. */
export function cutSeries(series: Series, fromMs: number, toMs: number): Series {
  const { t } = series;
  const from = firstRowFrom(t, fromMs);
  const after = firstRowFrom(t, toMs);
  return sliceSeries(series, from, t[after] === toMs ? after + 1 : after);
}

/** The same rows with the columns of other channels: one that is not there is missing in every row. */
export function widenSeries(series: Series, channels: string[]): Series {
  const { modelId, t } = series;
  if (areSame(series.channels, channels)) return series;
  const places = channels.map((channel) => series.channels.indexOf(channel));
  const missing = new Float32Array(t.length).fill(NaN);
  const ofChannels = (columns: Float32Array[]) => places.map((place) => columns[place] ?? missing);
  if (modelId !== '') {
    const { channelError, expected, score } = scoresOfSeries(series);
    return { ...series, channels, floats: [score, ...ofChannels(channelError), ...ofChannels(expected)] };
  }
  const unknown = new Uint8Array(t.length).fill(Quality.missing);
  const codes = places.map((place) => series.codes[place] ?? unknown);
  return { ...series, channels, floats: ofChannels(series.floats), codes };
}

function areSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
