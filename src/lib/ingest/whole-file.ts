/**
 * What only all rows of a file can tell before they are read as readings: which order of day and month they allow, what their
 * commas mean, which tags there are. Each costs one pass over the file as text and is asked for only where a sample left it open.
 */
import { datePartsOf, dateOrders, ordersOf, type DateOrder } from './csv/calendar';
import { countNotation, decideNotation, noNotation, type Notation } from './csv/dialect';
import { visitRows, type Content } from './content';
import type { Draft, Purposes } from './proposal';

/** Tags beyond this many are taken for a column that names no tags. */
export const maxTags = 2000;
const sampledValues = 512;

/** A tag of the long layout, with some of its values as written. */
export interface FoundTag {
  tag: string;
  unit: string;
  values: number[];
}

type Cut = Pick<Draft, 'encoding' | 'delimiter' | 'structure'>;

function visitData(
  content: Content,
  draft: Cut,
  visit: (fields: string[]) => void,
  isDone?: () => boolean
): Promise<void> {
  const { width, dataLine } = draft.structure;
  const sink = {
    row(fields: string[], line: number) {
      if (line >= dataLine && fields.length >= width) visit(fields);
    },
    broken: () => undefined,
    acceptsLineBreak: (fields: string[]) => fields.length === width
  };
  return visitRows(content, draft, sink, isDone);
}

/** The orders that most dates of a column allow; stops where one is left. */
export async function scanOrders(
  content: Content,
  draft: Cut,
  column: number,
  open: DateOrder[]
): Promise<DateOrder[]> {
  const counts = new Map(dateOrders.map((order) => [order, 0]));
  let dates = 0;
  const left = (): DateOrder[] => {
    const most = Math.max(...open.map((order) => counts.get(order)!));
    return open.filter((order) => counts.get(order) === most);
  };
  await visitData(
    content,
    draft,
    (fields) => {
      const cell = fields[column]!;
      if (datePartsOf(cell) === null) return;
      dates++;
      for (const order of ordersOf(cell)) counts.set(order, counts.get(order)! + 1);
    },
    () => dates > 0 && left().length === 1
  );
  return left();
}

/** How the numbers of these columns are written, by all of them. */
export async function scanNotation(content: Content, draft: Cut, columns: number[]): Promise<Notation> {
  const counts = noNotation();
  await visitData(content, draft, (fields) => columns.forEach((column) => countNotation(counts, fields[column]!)));
  return decideNotation(counts);
}

/** The tags of the long layout in the order they appear, at most one more than `maxTags`. */
export async function scanTags(
  content: Content,
  draft: Cut,
  { tagColumn, valueColumn, unitColumn }: Pick<Purposes, 'tagColumn' | 'valueColumn' | 'unitColumn'>,
  readNumber: (cell: string) => number
): Promise<FoundTag[]> {
  const tags = new Map<string, FoundTag>();
  await visitData(
    content,
    draft,
    (fields) => {
      const tag = fields[tagColumn!]!.trim();
      if (tag === '') return;
      let found = tags.get(tag);
      if (!found) {
        if (tags.size > maxTags) return;
        // A copy of its own: a slice would keep the piece of the file it was cut from.
        const own = tag.split('').join('');
        found = { tag: own, unit: unitColumn === null ? '' : fields[unitColumn]!.trim(), values: [] };
        tags.set(own, found);
      }
      if (found.values.length >= sampledValues) return;
      const value = readNumber(fields[valueColumn!]!);
      if (!Number.isNaN(value)) found.values.push(value);
    },
    () => tags.size > maxTags
  );
  return [...tags.values()];
}
