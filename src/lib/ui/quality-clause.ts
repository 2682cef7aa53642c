/** What a quality code says of a value. Apart from `quality-words` because the sentence of a pump's state needs it on every page. */
import { Quality } from '../domain/reading-block';

const clauses: Record<(typeof Quality)[keyof typeof Quality], string> = {
  [Quality.good]: 'reads well',
  [Quality.missing]: 'gave no value',
  [Quality.unreadable]: 'gave a value that could not be read',
  [Quality.sourceBad]: 'is marked as bad by its source',
  [Quality.outOfRange]: 'reads what neither it nor the pump can reach',
  [Quality.tooFast]: 'jumped further than it can',
  [Quality.stuck]: 'stands still while the pump runs',
  [Quality.stale]: 'has gone quiet; its source lets the last value count no more',
  [Quality.contradicts]: 'contradicts another sensor',
  [Quality.arrivalTime]: 'has no time of its own and was stamped on arrival'
};

/** A clause to follow the channel's name: `stands still while the pump runs`. */
export function qualityClause(quality: number): string {
  return (clauses as Record<number, string>)[quality] ?? 'has a mark that is not known';
}
