/**
 * A column header as a name and a unit: `Pressure [bar]`, `Flow (m3/h)`, `Oil_Pressure_bar`, `Motor Speed rpm`,
 * `bearingTempC`. A unit at the end counts only where it makes sense there, because many a name ends with a letter that is one.
 */
import { ambiguousUnits, readUnit, type Unit } from '../../domain/unit';
import { nameChannel, type NamedChannel } from './name';
import { readConcepts, splitWords } from './words';

/** What a header and its unit say together. */
export interface ReadHeader {
  named: NamedChannel | null;
  /** The unit as written, empty where none is. */
  unitText: string;
  /** The unit it was understood as; null for none, for an unknown one, and where `unitText` may be several. */
  unit: Unit | null;
}

const longestTail = 14;

/** Reads a header. `unitCell` is its cell in a row of units, empty where there is none; it comes before what the header says. */
export function readHeader(header: string, unitCell: string): ReadHeader {
  const { name, unitText: bracketed } = splitBracket(header);
  const unitText = unitCell.trim() || bracketed;
  // Some units end with a bracket of their own: `Oil press bar(g)`.
  const whole = unitCell.trim() === '' && bracketed !== '' && !readUnit(bracketed) ? readTail(header.trim()) : null;
  if (whole) return whole;
  if (unitText !== '') return readWithUnit(name, unitText);
  return readTail(name) ?? { named: nameChannel(name, null), ...readPlainSuffix(name) };
}

function readWithUnit(name: string, unitText: string): ReadHeader {
  const unit = readUnit(unitText);
  const quantity = (unit ?? ambiguousUnits(unitText)[0])?.quantity;
  if (!quantity) return { named: null, unitText, unit };
  // A header may name the unit twice: `Motor_RPM` over a units row with `rpm`.
  const tail = readTail(name);
  const named = nameChannel(name, quantity) ?? (tail?.unit?.quantity === quantity ? tail.named : null);
  return { named, unitText, unit };
}

/** `Name [unit]` or `Name (unit)`. Words in brackets that belong to the name, as in `Temperature (bearing)`, stay there. */
function splitBracket(header: string): { name: string; unitText: string } {
  const trimmed = header.trim();
  const match = /^(.*?)\s*[,/]?\s*(?:\[([^[\]]*)\]|\(((?:[^()]|\([^()]*\))*)\)|\{([^{}]*)\})\s*$/.exec(trimmed);
  if (!match) return { name: trimmed, unitText: '' };
  const [, name = '', ...brackets] = match;
  const inside = (brackets.find((text) => text !== undefined) ?? '').trim().replace(/^in\s+/i, '');
  const isUnit = readUnit(inside) !== null || ambiguousUnits(inside).length > 0;
  if (isUnit) return { name, unitText: inside };
  const { unknown } = readConcepts(splitWords(inside));
  return unknown.length === 0 ? { name: `${name} ${inside}`, unitText: '' } : { name, unitText: inside };
}

/** A header whose end is a unit and whose beginning names a channel of that quantity; the longest such end, whole words first. */
function readTail(header: string): ReadHeader | null {
  return findTail(header, beginsWord) ?? findTail(header, (at) => !/[^\p{L}]/u.test(header.slice(at)));
}

function findTail(header: string, mayBegin: (at: number, header: string) => boolean): ReadHeader | null {
  for (let at = Math.max(1, header.length - longestTail); at < header.length; at++) {
    if (!mayBegin(at, header)) continue;
    const unitText = header.slice(at).replace(/^[\s_.,;:/-]+/, '');
    const unit = readTailUnit(unitText);
    const quantity = (unit ?? ambiguousUnits(unitText)[0])?.quantity;
    const named = quantity && (nameChannel(header.slice(0, at), quantity) ?? nameWhole(header, unitText, quantity));
    if (named) return { named, unitText: unit?.symbol ?? unitText, unit };
  }
  return null;
}

/** Without this, "Strom A" would be a stro in mA. */
function beginsWord(at: number, header: string): boolean {
  return (
    /[^\p{L}\p{N}]$/u.test(header.slice(0, at)) ||
    (/\p{Ll}$/u.test(header.slice(0, at)) && /^\p{Lu}/u.test(header.slice(at)))
  );
}

/** `RPM`, `Motor Amps`: a word that is name and unit in one. Single letters are not. */
function nameWhole(header: string, unitText: string, quantity: Unit['quantity']): NamedChannel | null {
  return unitText.length > 2 ? nameChannel(header, quantity) : null;
}

/** A unit whose slash was lost: `L_min`, `mm.s`, `mms`, `m3_h`, `mm_s_rms`. */
function readTailUnit(text: string): Unit | null {
  const candidates = [
    text,
    text.replace(/[\s_.-]+/, '/'),
    text.replace(/[\s_.-]+/g, '/'),
    text.replace(/[\s_.-]+/g, ''),
    text.replace(/[\s_.-]*(s|min|h)$/i, '/$1')
  ];
  for (const candidate of candidates) {
    const unit = readUnit(candidate);
    if (unit) return unit;
  }
  return null;
}

/** Endings by which a column of any name gives its unit away, in their exact case: `Tank_Level_C` is rare, `Winding_C` is not. */
const plainSuffix = /_(mm_s|L_min|bar|mbar|kPa|MPa|psi|RPM|rpm|Hz|degC|degF|A|C|m3_h)$/;

function readPlainSuffix(header: string): Pick<ReadHeader, 'unitText' | 'unit'> {
  const ending = plainSuffix.exec(header)?.[1];
  const unit = ending === undefined ? null : readTailUnit(ending);
  return { unitText: unit?.symbol ?? '', unit };
}
