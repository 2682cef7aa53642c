/** How the escalation of an alarm rule goes with its priority, for the forms that change either of them. */
import { alarmPriorities, type AlarmPriority, type AlarmRule } from '../domain/alarm';

/** What is more urgent than this priority, the most urgent first. */
export function findMoreUrgent(priority: AlarmPriority): AlarmPriority[] {
  return alarmPriorities.slice(0, alarmPriorities.indexOf(priority));
}

/** The escalation as a rule of this priority can have it: to something more urgent, else to the next one; null where there is none. */
export function fitEscalation(escalation: AlarmRule['escalation'], priority: AlarmPriority): AlarmRule['escalation'] {
  const next = findMoreUrgent(priority).at(-1);
  if (!escalation || next === undefined) return null;
  return findMoreUrgent(priority).includes(escalation.priority) ? escalation : { ...escalation, priority: next };
}
