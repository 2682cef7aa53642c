/** Schemas that several endpoints share. */
import * as v from 'valibot';
import { pumpChannels, type PumpChannelId } from '../../lib/domain/pump-channel';

/** Beyond these a time is a mistake: 1970 to 2100. */
const lastMs = Date.UTC(2100, 0, 1);

/** Whole milliseconds since 1970 UTC. */
export const timeMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(lastMs));

/** A time as people and devices write it: milliseconds, or ISO 8601 with its zone. Comes out as milliseconds. */
export const time = v.union([
  timeMs,
  v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => Math.trunc(Date.parse(text))),
    timeMs
  )
]);

/** The same in a query, where everything is text. */
export const queryTime = v.union([
  v.pipe(v.string(), v.regex(/^\d{1,13}$/), v.transform(Number), timeMs),
  v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => Math.trunc(Date.parse(text))),
    timeMs
  )
]);

/** Name of a pump: any text without control characters. */
export const assetId = v.pipe(v.string(), v.regex(/^[^\u0000-\u001f\u007f]{1,100}$/));

/** How many rows a page has, at most `most`, otherwise `usual`. */
export function pageLimit(usual: number, most: number) {
  return v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(most)),
    String(usual)
  );
}

/** What a value may be: a number that a 32-bit float holds. No instrument shows more. */
export const value = v.pipe(v.number(), v.minValue(-1e9), v.maxValue(1e9));

/** The ten readings of a pump by name, each of which may be left out or null. */
export const pumpValues = Object.fromEntries(
  pumpChannels.map(({ id }) => [id, v.optional(v.nullable(value))])
) as Record<PumpChannelId, v.OptionalSchema<v.NullableSchema<typeof value, undefined>, undefined>>;

/** Values in the order of `pumpLayout`; NaN for none. */
export function readPumpValues(given: { [Name in PumpChannelId]?: number | null | undefined }): Float32Array {
  return Float32Array.from(pumpChannels, ({ id }) => given[id] ?? NaN);
}

/** The pump of readings that name none. */
export const defaultAsset = 'pump-1';
