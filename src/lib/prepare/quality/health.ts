/**
 * Quality codes, row by row, as the state of each channel in the words of NAMUR NE 107. It sees codes only. A gap in time is a row that
 * no channel gave, so a line that keeps losing rows shows as maintenance.
 */
import { healthStates, type ChannelHealth, type HealthState } from '../../domain/channel-health';
import { isBad, Quality } from '../../domain/reading-block';

export interface HealthTracker {
  /** Takes the codes of the next row, one per channel, and how many rows before it did not come. */
  follow(tMs: number, lostRows: number, codes: Uint8Array): void;
  /** All channels, worst first, otherwise in the order given. The same array until something changes. */
  list(): ChannelHealth[];
}

/** A signal that is away for longer has failed. */
const awayFailsMs = 60_000;
/** Bad values among about the last thousand rows: at the first share maintenance is due, at the second it is no longer. */
const memoryRows = 1000;
const keptShare = 1 - 1 / memoryRows;
const dueShare = 0.02;
const clearShare = 0.01;

/** Creates the tracker; a channel that was never anything but good is so since the first row. */
export function createHealthTracker(channels: readonly string[]): HealthTracker {
  /** Replaced, never changed, because whoever asked for them may keep them. */
  const shown = channels.map((channel): ChannelHealth => ({
    channel,
    state: 'good',
    quality: Quality.good,
    sinceMs: NaN
  }));
  const badShare = new Float64Array(channels.length);
  const badSinceMs = new Float64Array(channels.length).fill(NaN);
  /** The newest bad code, which is the reason for maintenance. */
  const lastBad = new Uint8Array(channels.length);
  let listed: ChannelHealth[] | null = null;
  let hasBegun = false;

  function follow(tMs: number, lostRows: number, codes: Uint8Array): void {
    if (!hasBegun) for (const [c, each] of shown.entries()) shown[c] = { ...each, sinceMs: tMs };
    hasBegun = true;
    for (let c = 0; c < codes.length; c++) {
      const code = codes[c]!;
      const wasGood = shown[c]!.quality === Quality.good;
      if (code !== Quality.good || lostRows > 0 || !wasGood) change(c, tMs, lostRows, code);
      else badShare[c]! *= keptShare;
    }
  }

  function change(c: number, tMs: number, lostRows: number, code: number): void {
    const bad = isBad(code);
    if (lostRows > 0) {
      badShare[c] = 1 - (1 - badShare[c]!) * keptShare ** lostRows;
      lastBad[c] = Quality.missing;
    }
    badShare[c]! += ((bad ? 1 : 0) - badShare[c]!) / memoryRows;
    if (bad) lastBad[c] = code;
    if (!bad) badSinceMs[c] = NaN;
    else if (Number.isNaN(badSinceMs[c]!)) badSinceMs[c] = tMs;
    const was = shown[c]!;
    const state = judge(was.state, code, badShare[c]!, tMs - badSinceMs[c]!);
    const quality = state === 'maintenance' ? lastBad[c]! : code;
    if (state === was.state && quality === was.quality) return;
    shown[c] = { ...was, state, quality, sinceMs: state === was.state ? was.sinceMs : tMs };
    listed = null;
  }

  return {
    follow,
    list: () => (listed ??= [...shown].sort((a, b) => healthStates.indexOf(a.state) - healthStates.indexOf(b.state)))
  };
}

/** `badForMs`: since when without a break the values have been bad; NaN while they are not. */
function judge(was: HealthState, code: number, badShare: number, badForMs: number): HealthState {
  switch (code) {
    case Quality.sourceBad:
    case Quality.outOfRange:
    case Quality.tooFast:
    case Quality.stuck:
      return 'failure';
    case Quality.contradicts:
      return 'out-of-specification';
  }
  if (isBad(code)) return badForMs >= awayFailsMs ? 'failure' : 'function-check';
  return badShare > (was === 'maintenance' ? clearShare : dueShare) ? 'maintenance' : 'good';
}
