/**
 * Readings of one source, as they come, to blocks by asset: those that move the live state, in time order, and those that belong to
 * history alone. It keeps count of what it saw, and of the source's clock. It must not know scores or storage.
 */
import type { ChannelLayout, Reading } from '../domain/reading';
import { Quality, type ReadingBlock } from '../domain/reading-block';
import { createEventTime, placements, type EventTimeRule, type Placement } from '../prepare/event-time';
import { createSourceClock, type ClockNotice } from '../prepare/source-clock';

/** What was taken in since the last time: at most one block an asset in each list, times rising within a block. */
export interface Intaken {
  live: ReadingBlock[];
  /** Late, repeated and forwarded readings. */
  behind: ReadingBlock[];
}

/** Takes in the readings of one source. */
export interface Intake {
  /** Takes a reading that arrived at `arrivedMs` on the wall clock. */
  take(reading: Reading, arrivedMs: number): void;
  /** Hands over what was taken, under the ids `assetIdOf` gives for the names; a name without an id is left out. */
  drain(assetIdOf: (asset: string) => string | undefined): Intaken;
  counts(): Readonly<Record<Placement, number>>;
  watermarkMs(): number;
  /** What was last found of the source's clock, and when; null while it runs true. */
  clock(): (ClockNotice & { atMs: number }) | null;
}

/** Readings of one asset waiting to be handed over. */
type Waiting = Map<string, Reading[]>;

/** Creates the intake. A source with a time of its own (a simulation faster than time) is never compared with the wall clock. */
export function createIntake(hasOwnTime: boolean, rule?: EventTimeRule): Intake {
  const eventTime = createEventTime(rule);
  const clock = createSourceClock();
  let notice: (ClockNotice & { atMs: number }) | null = null;
  let live: Waiting = new Map();
  let behind: Waiting = new Map();

  function watchClock(reading: Reading, arrivedMs: number): void {
    if (hasOwnTime || reading.isHistorical || reading.quality?.[0] === Quality.arrivalTime) return;
    const found = clock.observe(reading.tMs, arrivedMs);
    if (found) notice = { ...found, atMs: arrivedMs };
  }

  return {
    take(reading, arrivedMs) {
      watchClock(reading, arrivedMs);
      const wallMs = hasOwnTime ? NaN : arrivedMs;
      const placement = eventTime.place(reading.asset, reading.tMs, wallMs, reading.isHistorical);
      if (placement === 'ahead') return;
      const list = placement === 'live' ? live : behind;
      const waiting = list.get(reading.asset);
      if (waiting) waiting.push(reading);
      else list.set(reading.asset, [reading]);
    },
    drain(assetIdOf) {
      const taken = { live: layOut(live, assetIdOf), behind: layOut(behind, assetIdOf) };
      live = new Map();
      behind = new Map();
      return taken;
    },
    counts: eventTime.counts,
    watermarkMs: eventTime.watermarkMs,
    clock: () => notice
  };
}

/** Sum of everything counted. */
export function countAll(counts: Readonly<Record<Placement, number>>): number {
  return placements.reduce((sum, placement) => sum + counts[placement], 0);
}

function layOut(waiting: Waiting, assetIdOf: (asset: string) => string | undefined): ReadingBlock[] {
  const blocks: ReadingBlock[] = [];
  for (const [asset, readings] of waiting) {
    const assetId = assetIdOf(asset);
    if (assetId !== undefined) blocks.push(layOutReadings(assetId, readings));
  }
  return blocks;
}

/** One block of an asset's readings, in time order; of two at one time the later arrival. Channels that a reading lacks are missing in it. */
function layOutReadings(assetId: string, readings: Reading[]): ReadingBlock {
  const [first] = readings;
  if (first && readings.length === 1) return layOutOne(assetId, first);
  const inOrder = sortByTime(readings);
  const isUniform = inOrder.every(({ layout }) => layout === inOrder[0]!.layout);
  const channels = isUniform
    ? namesOf(inOrder[0]!.layout)
    : [...new Set(inOrder.flatMap(({ layout }) => layout.names))];
  const block: ReadingBlock = {
    assetId,
    channels,
    t: Float64Array.from(inOrder, ({ tMs }) => tMs),
    columns: channels.map(() => new Float32Array(inOrder.length).fill(NaN)),
    quality: channels.map(() => new Uint8Array(inOrder.length).fill(Quality.missing))
  };
  inOrder.forEach(({ layout, values, quality }, row) => {
    layout.names.forEach((name, from) => {
      const to = isUniform ? from : channels.indexOf(name);
      block.columns[to]![row] = values[from]!;
      block.quality[to]![row] = codeOf(values[from]!, quality?.[from]);
    });
  });
  return block;
}

/** A block of one row; its columns are views of the reading's own values. */
function layOutOne(assetId: string, { tMs, layout, values, quality }: Reading): ReadingBlock {
  const codes = Uint8Array.from(values, (value, i) => codeOf(value, quality?.[i]));
  return {
    assetId,
    channels: namesOf(layout),
    t: Float64Array.of(tMs),
    columns: layout.names.map((_, i) => values.subarray(i, i + 1)),
    quality: layout.names.map((_, i) => codes.subarray(i, i + 1))
  };
}

/** The names of a layout as an array of our own, the same for every reading laid out so. */
const names = new WeakMap<ChannelLayout, string[]>();
function namesOf(layout: ChannelLayout): string[] {
  const known = names.get(layout);
  if (known) return known;
  const copied = [...layout.names];
  names.set(layout, copied);
  return copied;
}

/** A value that is none is missing, whatever the source says of it. */
function codeOf(value: number, quality: number = Quality.good): number {
  return Number.isNaN(value) && quality === Quality.good ? Quality.missing : quality;
}

function sortByTime(readings: Reading[]): Reading[] {
  const byTime = new Map<number, Reading>();
  for (const reading of readings) byTime.set(reading.tMs, reading);
  return [...byTime.values()].sort((a, b) => a.tMs - b.tMs);
}
