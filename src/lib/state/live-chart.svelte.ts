/**
 * What a page draws of the pump it looks at: the newest value of each channel, and a slice of the last minutes that follows the newest
 * reading until the person goes elsewhere. It exists because frames come more often than a chart needs to be drawn.
 */
import type { Asset } from '../domain/asset';
import type { Channel } from '../domain/channel';
import type { ChartSlice } from '../domain/envelope';
import { findPumpChannel } from '../domain/pump-channel';
import { Quality, type ReadingBlock } from '../domain/reading-block';
import { buildChartSlice } from '../history/envelope';
import type { LiveWindow } from './live-window';

/** A stretch of time, ms UTC. */
interface Stretch {
  fromMs: number;
  toMs: number;
}

/** The newest value of a channel; NaN, and time NaN, where it has none. */
export interface NewestValue {
  channel: Channel;
  value: number;
  tMs: number;
  /** `Quality` code of the newest row, whether it has a value or not. */
  quality: number;
}

/** Lengths of time that can be followed, ms. */
export const liveSpansMs = [2, 10, 30].map((minutes) => minutes * 60_000);
const points = 600;
const leastStepMs = 100;
/** The drawing of half an hour moves by one point in three seconds. */
const mostStepMs = 1000;
/** Rows looked back for a channel's newest value. */
const mostBack = 600;
const freshSteps = 5;
const leastFreshMs = 5000;
const gapSteps = 3;
const leastGapMs = 2000;

export class LiveChart {
  spanMs = $state(0);
  isFollowing = $state(true);
  slice = $state.raw<ChartSlice | null>(null);
  /** All rows at hand: as far as one can go back. */
  full = $state.raw<Stretch>({ fromMs: 0, toMs: 0 });
  values = $state.raw<NewestValue[]>([]);
  /** From this age on a value is not fresh, ms of the rows' time. */
  freshMs = $state(Infinity);
  #source: { rows: LiveWindow; asset: Asset } | null = null;
  #timer = 0;
  #tickedMs = -Infinity;
  #drawnMs = -Infinity;

  readonly #speed: number;

  /** `speed` is how much faster than the clock the rows' time goes. */
  constructor(speed: number) {
    this.#speed = speed;
    this.spanMs = liveSpansMs[0]! * speed;
  }

  /** Says that there may be new rows. They are looked at within a tenth of a second. */
  tell(rows: LiveWindow | null, asset: Asset): void {
    this.#source = rows && { rows, asset };
    if (this.#timer !== 0) return;
    this.#timer = window.setTimeout(() => this.#tick(), Math.max(0, this.#tickedMs + leastStepMs - performance.now()));
  }

  /** Follows the newest reading, with so much time before it. */
  follow(spanMs: number): void {
    this.spanMs = spanMs;
    this.isFollowing = true;
    this.#draw();
  }

  /** Shows a stretch of the person's own, and stays there. */
  show(stretch: Stretch): void {
    this.isFollowing = false;
    this.#draw(stretch);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#timer = 0;
    this.#tickedMs = performance.now();
    if (!this.#source) return;
    const { rows, asset } = this.#source;
    const readings = rows.readings();
    this.values = findNewest(readings, asset);
    this.freshMs = Math.max(leastFreshMs * this.#speed, freshSteps * (medianStep(readings.t) || 0));
    const dueMs = Math.min(mostStepMs, Math.max(leastStepMs, this.spanMs / this.#speed / points / 2));
    if (this.isFollowing && this.#tickedMs - this.#drawnMs >= dueMs) this.#draw();
  }

  #draw(stretch?: Stretch): void {
    if (!this.#source) return;
    const { rows, asset } = this.#source;
    const readings = rows.readings();
    const { t } = readings;
    if (t.length < 2) return;
    this.#drawnMs = performance.now();
    this.full = { fromMs: t[0]!, toMs: t.at(-1)! };
    const scores = rows.scores();
    this.slice = buildChartSlice({
      blocks: [readings],
      scores: scores.t.length > 0 ? [scores] : [],
      channels: describeChannels(readings, asset),
      ...(stretch ?? alignEnd(t.at(-1)!, this.spanMs)),
      points,
      maxGapMs: Math.max(leastGapMs, gapSteps * medianStep(t))
    });
  }
}

/** The last `spanMs` before a time, on a grid that stands still while time goes on: no point of the drawing changes but the newest. */
function alignEnd(newestMs: number, spanMs: number): Stretch {
  const widthMs = spanMs / points;
  const toMs = Math.ceil(newestMs / widthMs) * widthMs;
  return { fromMs: toMs - spanMs, toMs };
}

/** Readings of the rows with their units: as on record, else those of a channel known by name. */
function describeChannels({ channels }: ReadingBlock, asset: Asset): Channel[] {
  const known = new Map(asset.channels.map((channel) => [channel.name, channel]));
  return channels
    .map((name): Channel => known.get(name) ?? { name, unit: findPumpChannel(name)?.unit ?? '', role: 'reading' })
    .filter(({ role }) => role === 'reading');
}

function findNewest(readings: ReadingBlock, asset: Asset): NewestValue[] {
  const { t, columns, quality, channels } = readings;
  return describeChannels(readings, asset).map((channel) => {
    const c = channels.indexOf(channel.name);
    let row = t.length - 1;
    const end = Math.max(0, t.length - mostBack);
    while (row >= end && Number.isNaN(columns[c]![row]!)) row--;
    const isFound = row >= end;
    return {
      channel,
      value: isFound ? columns[c]![row]! : NaN,
      tMs: isFound ? t[row]! : NaN,
      quality: quality[c]!.at(-1) ?? Quality.missing
    };
  });
}

/** Median distance of the newest rows, ms. */
function medianStep(t: Float64Array): number {
  const newest = t.subarray(-100);
  const steps = Array.from(newest.subarray(1), (ms, i) => ms - newest[i]!).sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? NaN;
}
