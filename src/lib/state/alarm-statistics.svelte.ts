/** The figures of the alarm system over a stretch of time, from the journal. */
import type { AlarmStatistics } from '../domain/alarm-statistics';
import { app } from './app.svelte';
import { Query, withinQuery } from './query.svelte';
import { readRuleChanges } from './rule-changes';

const dayMs = 86_400_000;
const mostEntries = 200_000;

export class AlarmFigures {
  readonly query = new Query<AlarmStatistics>();

  /** Counts the days up to now. What stood before that counts as standing. */
  show(days: number): void {
    this.query.ask(async () => {
      const entries = await app.alarms.journal({ limit: mostEntries });
      // A simulation that runs faster than the clock is ahead of it, and its alarms count too.
      const toMs = entries.reduce((last, { eventMs }) => Math.max(last, eventMs + 1), Date.now());
      const fromMs = toMs - days * dayMs;
      const { measureAlarms } = await withinQuery(import('../alarms/statistics'));
      // Where accounts are used, the backend refuses whoever may not; left is what nobody signed for.
      const isAccounted = app.session.account !== null;
      const isKnown = ({ by }: { by: string }) => !isAccounted || by !== '';
      const changes = await readRuleChanges(await app.loadLedger(), { fromMs });
      const unknown = changes.filter(({ change, standing }) => standing !== 'refused' && !isKnown(change));
      return measureAlarms(entries, { fromMs, toMs, mayHide: isKnown, unauthorisedRuleChanges: unknown.length });
    });
  }

  stop(): void {
    this.query.stop();
  }
}
