/**
 * JSON from bytes, with what JSON allows and no database or formula can hold refused before anything else sees it: NUL and halves of
 * surrogate pairs in texts, numbers beyond the range of doubles, nesting without end.
 */

/** Nothing of ours nests deeper. It keeps whoever walks the value off the end of the stack. */
const mostDepth = 80;

/** What is wrong with something that came in, and where. */
export interface InputFault {
  where: string;
  found: string;
  expected: string;
}

/** The value, or its first fault; `where` begins with `body`. */
export function parseJson(bytes: Uint8Array): { value: unknown } | InputFault {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return { where: 'body', found: (error as Error).message, expected: 'JSON in UTF-8' };
  }
  return findOddity(value, 'body') ?? { value };
}

/** The first value, in depth, that is not what it looks like; its place begins with `root`. Undefined where all are. */
export function findOddity(value: unknown, root: string): InputFault | undefined {
  const oddity = find(value, 0);
  return oddity && { ...oddity, where: root + oddity.where };
}

function find(value: unknown, depth: number): InputFault | undefined {
  if (typeof value === 'string') return isWellFormed(value) ? undefined : oddText(value);
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? undefined
      : { where: '', found: String(value), expected: 'a number that fits a double' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === mostDepth) return { where: '', found: 'one more level', expected: `at most ${mostDepth} levels` };
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    if (!isList && !isWellFormed(key)) return oddText(key);
    const oddity = find(item, depth + 1);
    if (oddity) return { ...oddity, where: (isList ? `[${key}]` : `.${key}`) + oddity.where };
  }
  return undefined;
}

function isWellFormed(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}

function oddText(found: string): InputFault {
  return { where: '', found: JSON.stringify(found), expected: 'well-formed Unicode without NUL' };
}
