/**
 * The units that sources give the channels of each asset. They are kept by asset, because two may call by one name what they measure in
 * different units. It must not know values.
 */
import type { ChannelLayout } from '../../domain/reading';

export interface LiveUnits {
  /** Takes the layout of a reading of an asset; one taken before costs nothing. */
  learn(assetId: string, layout: ChannelLayout): void;
  /** The unit told last for a channel of an asset; empty where none was. */
  of(assetId: string, channel: string): string;
}

/** An asset whose channels come one by one has a layout for each. */
const mostLayouts = 256;

/** Creates the register, with nothing told yet. */
export function createLiveUnits(): LiveUnits {
  /** Newest last. */
  const layouts = new Map<string, ChannelLayout[]>();

  return {
    learn(assetId, layout) {
      const known = layouts.get(assetId);
      if (!known) layouts.set(assetId, [layout]);
      else if (!known.includes(layout)) {
        known.push(layout);
        if (known.length > mostLayouts) known.shift();
      }
    },
    of(assetId, channel) {
      const known = layouts.get(assetId) ?? [];
      for (let i = known.length - 1; i >= 0; i--) {
        const { names, units } = known[i]!;
        const unit = units[names.indexOf(channel)];
        if (unit) return unit;
      }
      return '';
    }
  };
}
