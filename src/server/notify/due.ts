/** When a message may go out: quiet hours, gathering, and how long to wait after a failure. Pure; the time is given. */
import type { QuietHours } from '../../lib/domain/notification-route';

const minuteMs = 60_000;
const dayMinutes = 1440;

const firstWaitMs = 5000;
const longestWaitMs = 60 * minuteMs;

/** After so many tries a message is given up: with the waits above, some five hours after the first. */
export const mostTries = 14;

/** The end of the quiet hours that `nowMs` lies in, or `nowMs` where it lies in none. */
export function endOfQuiet(quiet: QuietHours | null, nowMs: number): number {
  if (quiet === null || !isQuiet(quiet, nowMs)) return nowMs;
  const to = readMinutes(quiet.to);
  const startOfMinute = Math.floor(nowMs / minuteMs) * minuteMs;
  const first = startOfMinute + (forward(minutesAt(quiet.timeZone, nowMs), to) || dayMinutes) * minuteMs;
  // Where clocks are changed in between, the same reading of the clock comes earlier or later.
  const late = forward(to, minutesAt(quiet.timeZone, first));
  return first - (late > dayMinutes / 2 ? late - dayMinutes : late) * minuteMs;
}

function isQuiet({ from, to, timeZone }: QuietHours, nowMs: number): boolean {
  const start = readMinutes(from);
  return forward(start, minutesAt(timeZone, nowMs)) < forward(start, readMinutes(to));
}

/** Minutes from one reading of a clock to the next time it shows the other. */
function forward(from: number, to: number): number {
  return (to - from + dayMinutes) % dayMinutes;
}

function readMinutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function minutesAt(timeZone: string, atMs: number): number {
  const form = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return readMinutes(new Intl.DateTimeFormat('en-GB', form).format(atMs));
}

/** True for a name of a time zone that this server knows. */
export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en-GB', { timeZone: name }));
  } catch {
    return false;
  }
}

/**
 * ms to wait after the nth failed try: doubled each time up to an hour, and of that half for certain and half by chance (`random` in [0, 1)),
 * so that not all come at once to a place that is back. Never less than the place has asked for.
 */
export function waitAfter(tries: number, random: number, askedMs = 0): number {
  const longest = Math.min(firstWaitMs * 2 ** (tries - 1), longestWaitMs);
  return Math.max(Math.round(longest * (0.5 + random / 2)), Math.min(askedMs, longestWaitMs));
}
