/** The lines of header, units and first readings that a person named, checked for being lines at all; the file decides whether they fit. */
import { lineTopics, type Answers } from '../domain/import-plan';
import { fail, ok, type Result } from '../domain/result';
import type { GivenLines } from './structure';

/** What a fault calls them. */
export const lineNames = {
  'header-line': 'line of names',
  'units-line': 'line of units',
  'data-line': 'first line of readings'
} as const;

/** The lines among the answers; `bad-plan` for what is no line. */
export function readGivenLines(answers: Answers): Result<GivenLines> {
  const given: GivenLines = {};
  for (const topic of lineTopics) {
    const answer = answers[topic];
    if (answer === undefined) continue;
    const line = answer === 'none' && topic !== 'data-line' ? null : Number(answer);
    if (line !== null && !(Number.isInteger(line) && line >= 1))
      return fail('bad-plan', lineNames[topic], answer, 'a line, 1 is the first');
    if (topic === 'header-line') given.header = line;
    else if (topic === 'units-line') given.units = line;
    else given.data = line!;
  }
  return ok(given);
}
