/**
 * What is remembered of one asset between its rows, as two arrays: every rule has places in them that are the same for all assets of a plan. So an
 * asset costs what its numbers cost, from the first row to the last. It must not know what is kept at which place.
 */
import { Quality } from '../domain/reading-block';

/** One asset's numbers and flags; times are ms, NaN where there is none. */
export interface WatchState {
  readonly numbers: Float64Array;
  readonly flags: Uint8Array;
}

/** Where the newest row's value (NaN where it is missing or bad) and its quality code are kept. */
export interface ChannelPlace {
  readonly name: string;
  readonly value: number;
  readonly code: number;
}

export interface Layout {
  /** Reserves `count` numbers in a row that begin as `first`; the place of the first of them. */
  addNumbers(first: number, count?: number): number;
  addFlag(first: number): number;
  /** The channel's place, one for all that ask for it. */
  addChannel(name: string): ChannelPlace;
  channels(): readonly ChannelPlace[];
  /** The state of an asset of which nothing is known yet, to be copied. */
  createState(): WatchState;
}

/** Creates a layout with nothing in it. */
export function createLayout(): Layout {
  const numbers: number[] = [];
  const flags: number[] = [];
  const channels = new Map<string, ChannelPlace>();

  function addNumbers(first: number, count = 1): number {
    for (let i = 0; i < count; i++) numbers.push(first);
    return numbers.length - count;
  }

  function addFlag(first: number): number {
    return flags.push(first) - 1;
  }

  return {
    addNumbers,
    addFlag,
    addChannel(name) {
      const known = channels.get(name);
      if (known) return known;
      const place: ChannelPlace = { name, value: addNumbers(NaN), code: addFlag(Quality.missing) };
      channels.set(name, place);
      return place;
    },
    channels: () => [...channels.values()],
    createState: () => ({ numbers: Float64Array.from(numbers), flags: Uint8Array.from(flags) })
  };
}
