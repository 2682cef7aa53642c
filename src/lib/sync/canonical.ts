/** One text for one value, wherever it is made: what hashes are taken over. JSON with sorted keys, without spaces. */

/** Deeper values are no honest operation, and would overflow the stack. */
const maxDepth = 64;

/** Canonical JSON text. Keys whose value is undefined are left out, numbers that JSON cannot hold become null; throws a RangeError beyond 64 levels. */
export function canonical(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new RangeError(`nested deeper than ${maxDepth}`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`;
  const record = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(record).sort()) {
    if (record[key] === undefined) continue;
    text += `${text && ','}${JSON.stringify(key)}:${write(record[key], depth + 1)}`;
  }
  return `{${text}}`;
}

/** Escapes of NUL and of half a surrogate pair, after an even number of backslashes. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** False where JSON text, canonical or not, holds characters that a database cannot keep: NUL, or half of a surrogate pair. */
export function isStorable(jsonText: string): boolean {
  return !unstorable.test(jsonText);
}
