/** Channels of a file with the pump channels they surely are, and the units that have to be asked for. */
import type { Answers, PlannedChannel, Question } from '../domain/import-plan';
import { proposeMapping } from './mapping/propose';

/** A channel with some of its values as the file has them. */
export interface Series {
  channel: PlannedChannel;
  values: number[];
}

/** Maps the readings among the channels. `suggested` is as long as they are. */
export function mapChannels(
  series: Series[],
  answers: Answers
): { channels: PlannedChannel[]; questions: Question[]; suggested: (string | null)[] } {
  const questions: Question[] = [];
  const suggested: (string | null)[] = series.map(() => null);
  const readings = series.flatMap(({ channel }, index) => (channel.role === 'reading' ? [index] : []));
  const mappings = proposeMapping(
    readings.map((index) => {
      const { channel, values } = series[index]!;
      const sorted = Float64Array.from(values).sort();
      const median = sorted[sorted.length >> 1] ?? NaN;
      return { name: channel.name, unit: channel.unit, low: sorted[0] ?? NaN, high: sorted.at(-1) ?? NaN, median };
    })
  );
  const mapped = series.map(({ channel }) => channel);
  readings.forEach((index, place) => {
    const { mappedTo, isSure, unit, factor, offset, unitOptions } = mappings[place]!;
    const { channel, values } = series[index]!;
    if (mappedTo === null || !isSure) {
      suggested[index] = mappedTo;
      mapped[index] = { ...channel, unit: unit || channel.unit };
      return;
    }
    const about = `unit:${channel.name}`;
    const answered = unitOptions.find((option) => option.unit === answers[about]);
    mapped[index] = { ...channel, mappedTo, unit, factor, offset, ...answered };
    if (unitOptions.length === 0) return;
    const example = values[0] ?? NaN;
    questions.push({
      about,
      where: channel.name,
      options: unitOptions.map((option) => ({
        id: option.unit,
        example: `${example} = ${Number((example * option.factor + option.offset).toPrecision(6))}`
      })),
      answer: answered?.unit ?? null
    });
  });
  return { channels: mapped, questions, suggested };
}
