/** A made-up pump with structure in it: two sines and a ramp with noise; from a row on, the second channel drifts away. */
import type { Channel } from '../../src/lib/domain/channel';
import { createRandom } from '../../src/lib/domain/random';
import { Quality, type ReadingBlock } from '../../src/lib/domain/reading-block';

export const stepMs = 1000;
export const pumpChannels: Channel[] = [
  { name: 'flow', unit: 'L/min', role: 'reading' },
  { name: 'pressure', unit: 'bar', role: 'reading' },
  { name: 'temperature', unit: '°C', role: 'reading' }
];

/** `rows` rows at 1 Hz; `faultRow` on the pressure drifts; at `gapRow` 60 s are missing; at `holeRow` one value is. */
export function makeReadings(
  rows: number,
  { faultRow = Infinity, gapRow = -1, holeRow = -1, seed = 5 } = {}
): ReadingBlock {
  const random = createRandom(seed);
  const block: ReadingBlock = {
    assetId: 'pump',
    channels: pumpChannels.map(({ name }) => name),
    t: new Float64Array(rows),
    columns: pumpChannels.map(() => new Float32Array(rows)),
    quality: pumpChannels.map(() => new Uint8Array(rows))
  };
  for (let row = 0; row < rows; row++) {
    block.t[row] = Date.UTC(2026, 0, 1) + row * stepMs + (gapRow >= 0 && row >= gapRow ? 60_000 : 0);
    block.columns[0]![row] = 30 + 2 * Math.sin(row / 9) + 0.2 * random.normal();
    block.columns[1]![row] = 5 + 0.4 * Math.sin(row / 9 + 1) + 0.05 * random.normal() + (row >= faultRow ? 2 : 0);
    block.columns[2]![row] = 60 + 0.5 * Math.sin(row / 40) + 0.1 * random.normal();
  }
  if (holeRow >= 0) {
    block.columns[2]![holeRow] = NaN;
    block.quality[2]![holeRow] = Quality.missing;
  }
  return block;
}

/** The same rows in blocks of the sizes given, over and over. */
export function cutReadings(block: ReadingBlock, sizes: number[]): ReadingBlock[] {
  const cut: ReadingBlock[] = [];
  for (let from = 0, i = 0; from < block.t.length; i++) {
    const to = Math.min(block.t.length, from + sizes[i % sizes.length]!);
    cut.push({
      ...block,
      t: block.t.slice(from, to),
      columns: block.columns.map((column) => column.slice(from, to)),
      quality: block.quality.map((column) => column.slice(from, to))
    });
    from = to;
  }
  return cut;
}
