/**
 * Which columns of a file are which of the ten pump channels, and how their values become canonical ones. What the names, units
 * and magnitudes leave open is handed back as such, to be asked. Columns it does not recognise keep name, unit and values.
 */
import { findPumpChannel, type PumpChannel, type PumpChannelId } from '../../domain/pump-channel';
import { ambiguousUnits, readUnit, type Conversion, type Unit } from '../../domain/unit';
import { readHeader, type ReadHeader } from './header';
import { isPlausible, plausibleUnits, typicalValue, type Magnitude } from './magnitude';

/** A column as a file names it, with the magnitude of its values as written. `unit` is its cell in a row of units, or empty. */
export interface ColumnToMap extends Magnitude {
  name: string;
  unit: string;
}

/** How a column is understood. */
export interface Mapping extends Conversion {
  /** The unit the file gives, in its usual spelling where it is known; empty where the file gives none. */
  unit: string;
  mappedTo: PumpChannelId | null;
  /** False where the name only resembles the channel's, or where several columns bear it: a person should say. */
  isSure: boolean;
  /** The units among which a person has to choose; empty where there is nothing to ask. */
  unitOptions: Conversion[];
}

/** A mapping for each column, in their order. No two columns are surely mapped to one channel. */
export function proposeMapping(columns: ColumnToMap[]): Mapping[] {
  const headers = columns.map(({ name, unit }) => readHeader(name, unit));
  return columns.map((column, index) => {
    const { named, unit, unitText } = headers[index]!;
    if (!named) {
      return { mappedTo: null, isSure: true, unit: unit?.symbol ?? unitText, factor: 1, offset: 0, unitOptions: [] };
    }
    const rivals = columns.filter((_, i) => headers[i]!.named?.channel === named.channel);
    const exact = rivals.filter(({ name }) => name.trim() === named.channel);
    const isFirst = rivals.length === 1 || (exact.length === 1 && exact[0] === column);
    return mapColumn(headers[index]!, named.channel, isFirst && named.certainty === 'clear', typicalValue(column));
  });
}

function mapColumn(header: ReadHeader, id: PumpChannelId, isSure: boolean, typical: number): Mapping {
  const channel = findPumpChannel(id)!;
  const unit = header.unit ?? readUnit(channel.unit)!;
  const unitOptions = (isSure ? unitsToAsk(header, channel, unit, typical) : []).map(asOption);
  return { mappedTo: id, isSure, ...asOption(unit), unit: header.unit?.symbol ?? header.unitText, unitOptions };
}

/** The units among which a person must choose: what the file gives cannot be, or may be two things. */
function unitsToAsk(header: ReadHeader, channel: PumpChannel, unit: Unit, typical: number): Unit[] {
  const open = ambiguousUnits(header.unitText);
  if (open.length > 0 || isPlausible(channel, unit, typical)) return open;
  const others = plausibleUnits(channel, typical);
  // What the file says stays among the answers: an unusual pump is no wrong file.
  return others.length === 0 ? [] : [...others.slice(0, 2), unit];
}

function asOption({ symbol, factor, offset }: Unit): Conversion {
  return { unit: symbol, factor, offset };
}
