/** Readings as lines of CSV: the time as ISO 8601, a missing value as an empty field. */

const minuteMs = 60_000;
/** Texts kept per column: a pump's channel has fewer display steps. */
const mostTexts = 20_000;

/** The header line. */
export function writeHeader(channels: readonly string[]): string {
  return `${['time', ...channels].join(',')}\n`;
}

/**
 * Creates a writer of lines, from the steps per unit in which each column is shown; times are whole milliseconds. Months have
 * millions of rows: what was written before, the minute and the values, is kept as text.
 */
export function createLineWriter(stepsPerUnit: readonly number[]): (tMs: number, values: ArrayLike<number>) => string {
  // Of their full length from the start: V8 keeps an array that grows in leaps as a slow dictionary.
  const texts = stepsPerUnit.map(() => new Array<string | undefined>(mostTexts).fill(undefined));
  const seconds = new Array<string | undefined>(minuteMs).fill(undefined);
  let minute = NaN;
  let upToMinute = '';

  function timeText(tMs: number): string {
    const itsMinute = Math.floor(tMs / minuteMs);
    if (itsMinute !== minute) {
      minute = itsMinute;
      upToMinute = new Date(itsMinute * minuteMs).toISOString().slice(0, 17);
    }
    const inMinuteMs = tMs - itsMinute * minuteMs;
    return upToMinute + (seconds[inMinuteMs] ??= `${(inMinuteMs / 1000).toFixed(3).padStart(6, '0')}Z`);
  }

  function valueText(c: number, value: number): string {
    if (Number.isNaN(value)) return '';
    const steps = Math.round(value * stepsPerUnit[c]!);
    if (steps < 0 || steps >= mostTexts) return String(steps / stepsPerUnit[c]!);
    return (texts[c]![steps] ??= String(steps / stepsPerUnit[c]!));
  }

  return (tMs, values) => {
    let line = timeText(tMs);
    for (let c = 0; c < texts.length; c++) line += `,${valueText(c, values[c]!)}`;
    return `${line}\n`;
  };
}
