/**
 * Turns numbers, times and amounts into text: one notation for the whole product (decimal point, comma between
 * thousands, UTC, units after a space at which no line ends), whatever the device's language is. Knows nothing of pumps or findings.
 */
const language = 'en-GB';
const minusSign = '−';
/** Between a number and its unit: no line ends there. */
const space = '\u00a0';
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A number with a fixed count of decimals; an en dash for NaN and infinities. */
export function formatNumber(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return '–';
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, signDisplay: 'negative' } as const;
  return value.toLocaleString(language, digits).replace('-', minusSign);
}

/** A number with at most `digits` significant digits, for losses and errors whose magnitude is not known beforehand. */
export function formatSignificant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 1e-4) return formatPower(value, digits);
  return value.toLocaleString(language, { maximumSignificantDigits: digits }).replace('-', minusSign);
}

/** A value followed by its unit, or alone where the unit is not known. */
export function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text}${space}${unit}`;
}

/** Seen, expected and their signed difference, with as many decimals as give the difference two digits (six at most). */
export function formatDeviation(
  seen: number,
  expected: number
): { seen: string; expected: string; difference: string } {
  const difference = seen - expected;
  const decimals = Number.isFinite(difference) ? decimalsFor(difference === 0 ? seen : difference) : 1;
  return {
    seen: formatNumber(seen, decimals),
    expected: formatNumber(expected, decimals),
    difference: (difference > 0 ? '+' : '') + formatNumber(difference, decimals)
  };
}

/** A share of 0 … 1 in per cent. Never says 0 or 100 % of something that is not exactly that. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  if (share > 0 && share < 0.005) return `<1${space}%`;
  if (share < 1 && share >= 0.995) return `>99${space}%`;
  return `${formatNumber(share * 100)}${space}%`;
}

/** A time as `14 Mar 2026, 10:42` in UTC, with seconds where they are not zero; an en dash for NaN. */
export function formatTime(ms: number): string {
  return isTime(ms) ? `${formatDay(ms)}, ${formatClock(ms, hasSeconds(ms))}` : '–';
}

/** From – to in UTC; the day is said once where both fall on it. `endMs` null: still open. */
export function formatSpan(startMs: number, endMs: number | null): string {
  if (!isTime(startMs) || !(endMs === null || isTime(endMs))) return '–';
  const seconds = hasSeconds(startMs) || (endMs !== null && hasSeconds(endMs));
  const start = `${formatDay(startMs)}, ${formatClock(startMs, seconds)}`;
  if (endMs === null) return `${start} UTC – still open`;
  const isSameDay = Math.floor(startMs / dayMs) === Math.floor(endMs / dayMs);
  const end = isSameDay ? formatClock(endMs, seconds) : `${formatDay(endMs)}, ${formatClock(endMs, seconds)}`;
  return `${start} – ${end} UTC`;
}

/** A duration in its one or two largest units: `350 ms`, `45 s`, `2 min 7 s`, `38 min`, `2 h 5 min`, `3 d 4 h`; an en dash for NaN and below zero. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  if (ms === 0) return `0${space}s`;
  if (ms < 1) return `${formatSignificant(ms, 2)}${space}ms`;
  if (Math.round(ms) < secondMs) return `${Math.round(ms)}${space}ms`;
  if (ms < 10 * secondMs) return `${formatSignificant(ms / secondMs, 2)}${space}s`;
  if (Math.round(ms / secondMs) < 60) return `${Math.round(ms / secondMs)}${space}s`;
  if (Math.round(ms / secondMs) < 600) return joinUnits(Math.round(ms / secondMs), 60, 'min', 's');
  if (Math.round(ms / minuteMs) < 60) return `${Math.round(ms / minuteMs)}${space}min`;
  if (Math.round(ms / minuteMs) < 24 * 60) return joinUnits(Math.round(ms / minuteMs), 60, 'h', 'min');
  return joinUnits(Math.round(ms / hourMs), 24, 'd', 'h');
}

/** An amount of storage or traffic in decimal units: `0 B`, `1.2 kB`, `12 MB`; an en dash for NaN and below zero. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let step = 0;
  // 999.5 would round to "1,000" of the smaller unit.
  while (amount >= 999.5 && step < units.length - 1) {
    amount /= 1000;
    step++;
  }
  return `${formatNumber(amount, step > 0 && amount < 9.95 ? 1 : 0)}${space}${units[step]}`;
}

/** A time as the value of a `datetime-local` input that is meant in UTC, whole seconds. */
export function toInputTime(ms: number): string {
  return isTime(ms) ? new Date(ms).toISOString().slice(0, 19) : '';
}

/** The time an input's value means in UTC, or NaN where it is empty or no time. */
export function fromInputTime(text: string): number {
  return Date.parse(`${text}Z`);
}

/** False for NaN and for what `Date` cannot hold, on which `toISOString` would throw. */
function isTime(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

function formatDay(ms: number): string {
  return new Date(ms).toLocaleDateString(language, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC'
  });
}

function formatClock(ms: number, seconds: boolean): string {
  return new Date(ms).toISOString().slice(11, seconds ? 19 : 16);
}

function hasSeconds(ms: number): boolean {
  return Math.floor(ms / secondMs) % 60 !== 0;
}

/** As `3.1 × 10⁻⁷`. */
function formatPower(value: number, digits: number): string {
  const [factor = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  const raised = [...exponent].map((sign) => (sign === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)] ?? ''))).join('');
  return `${factor.replace('-', minusSign)} × 10${raised}`;
}

function joinUnits(amount: number, base: number, large: string, small: string): string {
  const rest = amount % base;
  return `${Math.floor(amount / base)}${space}${large}${rest === 0 ? '' : ` ${rest}${space}${small}`}`;
}

function decimalsFor(value: number): number {
  if (value === 0) return 1;
  return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value)))));
}
