/** What the value and the properties of a metric mean: numbers by data type, quality, unit. Knows no message and no order. */
import { Quality } from '../../domain/reading-block';
import { readValue } from '../wire/frame';
import type { Metric, WireValue } from './payload';

/** Bits of the integer types by their numbers in the specification; below zero where they are signed. */
const integers = new Map([
  [1, -8],
  [2, -16],
  [3, -32],
  [4, -64],
  [5, 8],
  [6, 16],
  [7, 32],
  [8, 64]
]);
const [float, double, boolean] = [9, 10, 11];
const unitKeys = ['engunit', 'engineeringunits', 'units', 'unit'];
const longestUnit = 40;
/** Codes of the property `Quality`. */
const [qualityBad, qualityStale] = [0, 500];

/** True for data types whose values are numbers; the others cannot be channels. */
export function isNumeric(datatype: number): boolean {
  return integers.has(datatype) || datatype === float || datatype === double || datatype === boolean;
}

/** The number of a metric of this type (a truth is 1 or 0), or NaN where it is missing, of another type or out of its range. */
export function readMetric({ value: wire, isNull }: Metric, datatype: number): number {
  if (isNull || wire.case === undefined) return NaN;
  const bits = integers.get(datatype);
  if (bits !== undefined) return wire.case === 'intValue' || wire.case === 'longValue' ? readInteger(wire, bits) : NaN;
  const isRight =
    datatype === boolean
      ? wire.case === 'booleanValue'
      : datatype === double
        ? wire.case === 'doubleValue' || wire.case === 'floatValue'
        : datatype === float && wire.case === 'floatValue';
  return isRight ? readValue(wire.value) : NaN;
}

/** The `Quality` code of a metric with the number `readMetric` has found. */
export function judgeMetric({ isNull, value: wire, properties }: Metric, value: number): number {
  const isEmpty = isNull || wire.case === undefined || Number.isNaN(wire.value);
  if (isEmpty) return Quality.missing;
  if (Number.isNaN(value)) return Quality.unreadable;
  const told = findProperty(properties, ['quality']);
  if (told?.case !== 'intValue' && told?.case !== 'longValue') return Quality.good;
  const code = Number(told.value);
  return code === qualityStale ? Quality.stale : code === qualityBad ? Quality.sourceBad : Quality.good;
}

/** The engineering unit among a metric's properties; empty where there is none. */
export function findUnit({ properties }: Metric): string {
  const told = findProperty(properties, unitKeys);
  return told?.case === 'stringValue' ? told.value.slice(0, longestUnit) : '';
}

function readInteger({ value }: { value: number | bigint }, bits: number): number {
  const whole = BigInt(value);
  if (bits > 0) return whole < 1n << BigInt(bits) ? readValue(Number(whole)) : NaN;
  const width = -bits;
  const signed = BigInt.asIntN(width, whole);
  // A negative number comes in as many bits as its type has, or as 32, or 64, with the sign carried on.
  const isSame = [width, 32, 64].some((carried) => BigInt.asUintN(carried, signed) === whole);
  return isSame ? readValue(Number(signed)) : NaN;
}

function findProperty(properties: Metric['properties'], names: string[]): WireValue | undefined {
  const at = properties?.keys.findIndex((key) => names.includes(key.toLowerCase().replace(/[ _]/g, ''))) ?? -1;
  return at < 0 ? undefined : properties?.values[at]?.value;
}
