/**
 * A column header as words, and its words as concepts. Exists because loggers write one and the same name as `BearingTemp`,
 * `bearing_temp`, `BRG. TEMP` or `lagertemperatur`. Which channel that makes is not known here.
 */
import { symbols, vocabulary, type Concept } from './vocabulary';

/** A header's concepts. */
export interface Concepts {
  concepts: Concept[];
  /** Words nobody knows: with one of them a header may be about something else altogether. */
  unknown: string[];
  /** True where a word was understood only by taking it for a misspelling. */
  isMisspelt: boolean;
}

const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue' };

/** The words of a header in lower case, umlauts written out: cut at blanks, signs, changes to upper case, and around numbers. */
export function splitWords(header: string): string[] {
  return header
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/(\d)(\p{L})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[äöü]/g, (umlaut) => umlauts[umlaut]!)
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** What the words stand for. The number of a tag ("Suction 101", "PT-101") says nothing; a bare tag is an unknown word. */
export function readConcepts(words: string[]): Concepts {
  const concepts: Concept[] = [];
  const unknown: string[] = [];
  let isMisspelt = false;
  words.forEach((word, index) => {
    if (isNumber(word)) return;
    const isTag = word.length <= 3 && isNumber(words[index + 1]) && !vocabulary.has(word);
    if (isTag) {
      if (words.length === 2) unknown.push(word);
      return;
    }
    const known = vocabulary.get(word);
    const parts = symbols.get(word) ?? (known ? [known] : cutCompound(word));
    const meant = parts ? null : correct(word);
    concepts.push(...(parts ?? (meant ? [meant] : [])));
    if (meant) isMisspelt = true;
    else if (!parts) unknown.push(word);
  });
  return { concepts: [...new Set(concepts)].filter((concept) => concept !== 'noise'), unknown, isMisspelt };
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^\d+$/.test(word);
}

/** The concepts of words written together ("lagertemperatur", "brgtemp"), the fewest words first; null where a part is no word. */
function cutCompound(word: string): Concept[] | null {
  /** The shortest cut of the first `end` characters. */
  const cuts: (Concept[] | null)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    let best: Concept[] | null = null;
    for (let start = 0; start <= end - 3; start++) {
      const before = cuts[start];
      const concept = before && vocabulary.get(word.slice(start, end));
      if (concept && (!best || before.length + 1 < best.length)) best = [...before, concept];
    }
    cuts[end] = best;
  }
  return cuts[word.length] ?? null;
}

const correctedLength = 6;

/** The one long word that differs from `word` by a single letter added, lost, changed or swapped with its neighbour. */
function correct(word: string): Concept | null {
  if (word.length < correctedLength) return null;
  for (const [known, concept] of vocabulary) {
    if (known.length >= correctedLength && isOneSlipApart(word, known)) return concept;
  }
  return null;
}

function isOneSlipApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (isSwapped && restA.length > 1)
  );
}
