/**
 * The time stamps of a text file as ms since 1970 UTC. Written by hand because `Date.parse` takes a stamp without a zone for
 * local time, accepts much that is no ISO 8601, and is slow once per row. Knows one cell only; which column is the time and how
 * it is written was decided in the plan, and every other way to write it is read by `calendar.ts` and `stamp.ts`.
 */
/**
 * Reads `YYYY-MM-DD`, then optionally `T` or a blank and `hh:mm[:ss[.f]]`, then optionally `Z`, `±hh`, `±hhmm` or `±hh:mm`;
 * without a zone it is UTC. ISO 8601-1:2019, extended format. NaN for anything else, dates that do not exist included.
 */
export function readIso(cell: string): number {
  const text = cell.charCodeAt(0) <= 32 || cell.charCodeAt(cell.length - 1) <= 32 ? cell.trim() : cell;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash || !isDate(year, month, day)) return NaN;
  if (text.length === 10) return Date.UTC(year, month - 1, day);

  const separator = text.charCodeAt(10) | 32; // `T` and `t` become `t`; a blank stays one
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  if ((separator !== 116 && separator !== 32) || text.charCodeAt(13) !== colon || !(hour <= 23 && minute <= 59))
    return NaN;
  let at = 16;
  let second = 0;
  let fractionMs = 0;
  if (text.charCodeAt(at) === colon) {
    second = digits(text, 17, 2);
    if (!(second <= 59)) return NaN;
    at = 19;
    if (text.charCodeAt(at) === point || text.charCodeAt(at) === comma) {
      const start = ++at;
      while (digits(text, at, 1) >= 0) at++;
      if (at === start) return NaN;
      fractionMs = digits(text.slice(start, at).padEnd(6, '0'), 0, 6) / 1e3;
    }
  }
  const offset = at === text.length ? 0 : offsetMinutes(text, text.charCodeAt(at) === 32 ? at + 1 : at);
  return Date.UTC(year, month - 1, day, hour, minute, second) + fractionMs - offset * 60_000;
}

const [dash, colon, point, comma] = [45, 58, 46, 44] as const;

/** The whole number written with `count` digits at `from`, or NaN where one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

function isDate(year: number, month: number, day: number): boolean {
  // Below 100, Date.UTC would add 1900; such years are the empty value of some systems, not a time.
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false;
  return day <= 28 || new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

function offsetMinutes(text: string, at: number): number {
  const rest = text.length - at;
  const sign = text[at];
  if (rest === 1 && (sign === 'Z' || sign === 'z')) return 0;
  if (sign !== '+' && sign !== '-') return NaN;
  const hasColon = text.charCodeAt(at + 3) === colon;
  const hours = digits(text, at + 1, 2);
  const minutes = rest === 3 ? 0 : digits(text, at + (hasColon ? 4 : 3), 2);
  if (!(hours <= 23 && minutes <= 59) || ![3, hasColon ? 6 : 5].includes(rest)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}
