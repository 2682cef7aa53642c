/**
 * What a recording is worth as something to learn from, told before a training. The checks are those that Amazon Lookout for Equipment
 * made of its sensors and times, and those of our own quality codes.
 */
export const qualityChecks = [
  'duplicate-times',
  'times-run-back',
  'irregular-times',
  'large-gaps',
  'short-range',
  'too-few-rows',
  'operating-modes',
  'empty',
  'missing',
  'constant',
  'categorical',
  'monotonic',
  'unit',
  'source-bad',
  'out-of-range',
  'too-fast',
  'stuck',
  'contradicts'
] as const;
export type QualityCheck = (typeof qualityChecks)[number];

/** What to do about an issue. */
export type QualityAdvice =
  | 'nothing'
  /** The channel teaches a model nothing. */
  | 'leave-out'
  /** Whether it measures anything needs a look. */
  | 'check-meaning'
  /** The sensor or its line needs a look. */
  | 'check-sensor'
  /** One of two sensors is wrong, or the pump does what pumps do not. */
  | 'compare-sensors'
  /** How the source stamps its rows needs a look. */
  | 'check-clock'
  /** The healthy range must be chosen with it in mind. */
  | 'choose-range'
  | 'record-longer'
  | 'correct-unit';

/** One check of the recording (`channel` null) or of one channel, with the figures it rests on: counts, shares from 0 to 1, times in ms, values in the channel's unit. */
export interface QualityEntry {
  check: QualityCheck;
  channel: string | null;
  outcome: 'issue' | 'fine';
  figures: Record<string, number>;
  advice: QualityAdvice;
}

export interface QualityReport {
  rows: number;
  /** NaN without rows. */
  t0Ms: number;
  t1Ms: number;
  /** The channels looked at. */
  channels: string[];
  /** Every check that could be made, in the order of `qualityChecks`, for the recording first and then channel by channel. */
  entries: QualityEntry[];
}

/** The channels that the report advises to leave out, in their order. */
export function findUseless({ channels, entries }: Pick<QualityReport, 'channels' | 'entries'>): string[] {
  const useless = new Set(entries.flatMap(({ advice, channel }) => (advice === 'leave-out' ? (channel ?? []) : [])));
  return channels.filter((channel) => useless.has(channel));
}
