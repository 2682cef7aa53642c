/** Whether an import plan is one at all. A plan comes from a person's choices, so it is checked where it enters. */
import { delimiters, timeFormats, type ImportPlan } from '../../domain/import-plan';
import { fail } from '../../domain/result';

/**
 * The fault of a plan that no file could be read with, or null: unknown delimiter or time format, a time column that does not
 * exist or is imported as a channel, blank or repeated names (`bad-plan`), no reading (`no-numeric-channel`).
 */
export function findPlanFault(plan: ImportPlan): ReturnType<typeof fail> | null {
  const { delimiter, timeColumn, timeFormat, channels } = plan;
  if (!delimiters.includes(delimiter)) return fail('bad-plan', 'delimiter', delimiter, delimiters.join(' '));
  if (!timeFormats.includes(timeFormat)) return fail('bad-plan', 'timeFormat', timeFormat, timeFormats.join(', '));
  const time = channels[timeColumn];
  if (!time) return fail('bad-plan', 'timeColumn', String(timeColumn), `an index from 0 to ${channels.length - 1}`);
  if (time.role !== 'ignored') return fail('bad-plan', time.name, time.role, 'the time column in the role ignored');

  const names = new Set<string>();
  for (const { name, role } of channels) {
    if (role === 'ignored') continue;
    if (name.trim() === '' || names.has(name))
      return fail('bad-plan', 'channels', `"${name}"`, 'a name of its own for each');
    names.add(name);
  }
  if (channels.some(({ role }) => role === 'reading')) return null;
  return fail(
    'no-numeric-channel',
    'channels',
    channels.map(({ name }) => name).join(', '),
    'a column in the role reading'
  );
}
