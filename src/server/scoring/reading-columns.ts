/** The ten readings of a pump as columns: of a block, and of the table `reading`. */
import { pumpChannels } from '../../lib/domain/pump-channel';
import type { ChannelLayout } from '../../lib/domain/reading';

/** Names and units, in the order of the columns. */
export const pumpLayout: ChannelLayout = {
  names: pumpChannels.map(({ id }) => id),
  units: pumpChannels.map(({ unit }) => unit)
};

/** Names of the table's columns, in the same order. */
export const columnNames: readonly string[] = pumpLayout.names.map((name) => name.toLowerCase());
