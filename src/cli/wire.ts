/** Readings as gateways send them: JSON objects, NDJSON, SenML (RFC 8428) or InfluxDB lines. */
import type { Reading } from '../lib/domain/reading';

export const wireFormats = ['json', 'ndjson', 'senml', 'influx'] as const;
export type WireFormat = (typeof wireFormats)[number];

/** Lines that one message holds at most. */
const mostLines = 200;

/** Readings as messages; a missing value is left out. JSON and SenML are one reading a message, the others many lines. */
export function encodeReadings(all: readonly Reading[], format: WireFormat): string[] {
  const readings = all.filter(({ values }) => !values.every(Number.isNaN));
  switch (format) {
    case 'json':
      return readings.map(toJson);
    case 'ndjson':
      return joinLines(readings.map(toJson));
    case 'senml':
      return readings.map(toSenml);
    case 'influx':
      return joinLines(readings.map(toInflux));
  }
}

function joinLines(lines: string[]): string[] {
  const messages: string[] = [];
  for (let from = 0; from < lines.length; from += mostLines)
    messages.push(`${lines.slice(from, from + mostLines).join('\n')}\n`);
  return messages;
}

function toJson(reading: Reading): string {
  const v = Object.fromEntries(known(reading).map(({ name, value }) => [name, round(value)]));
  return JSON.stringify({ ts: reading.tMs, asset: reading.asset, v });
}

/** SenML's units for ours, and the factor to them: it has no bar, mm/s and L/min. */
const senmlUnits: Record<string, readonly [unit: string, factor: number]> = {
  '°C': ['Cel', 1],
  bar: ['Pa', 1e5],
  'mm/s': ['m/s', 1e-3],
  'L/min': ['m3/s', 1 / 60_000],
  A: ['A', 1],
  '1/min': ['1/min', 1]
};

function toSenml(reading: Reading): string {
  const records = known(reading).map(({ name, unit, value }) => {
    const [u, factor] = senmlUnits[unit] ?? [unit, 1];
    return { n: name, u, v: round(value * factor) };
  });
  return JSON.stringify([{ bn: `${reading.asset}:`, bt: reading.tMs / 1000 }, ...records]);
}

function toInflux(reading: Reading): string {
  const asset = reading.asset.replace(/[ ,=]/g, '\\$&');
  const fields = known(reading).map(({ name, value }) => `${name}=${round(value)}`);
  return `pump,asset=${asset} ${fields.join(',')} ${reading.tMs}000000`;
}

function known({ layout, values }: Reading): { name: string; unit: string; value: number }[] {
  return layout.names.flatMap((name, c) =>
    Number.isNaN(values[c]) ? [] : [{ name, unit: layout.units[c]!, value: values[c]! }]
  );
}

/** Single precision has some seven digits; the rest is noise. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
