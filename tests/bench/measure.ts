/** Prepares the subjects of some groups, holds them against the reference, times them in turns. What falls out is told, not hidden. */
import { agreementGate, type Agreement } from './agreement';
import { timeInTurns, type Contestant } from './alternate';
import type { Entry } from './plan';
import type { Report } from './report';
import { prepareRunner, type Host, type Runner } from './subject';

/** Appends to `report` what is measured and what is absent. `say` hears of progress. */
export async function measureGroups(
  groups: Entry[][],
  hostOf: (name: string) => Host,
  check: Agreement,
  report: Pick<Report, 'measurements' | 'absences'>,
  { isTrial, say }: { isTrial: boolean; say: (line: string) => void }
): Promise<void> {
  const { measurements, absences } = report;
  const runners = new Map<string, Runner>();
  for (const name of new Set(groups.flat().map(({ name }) => name))) {
    try {
      runners.set(name, await prepareRunner(hostOf(name), name));
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
      if (!absences.some((known) => known.name === name)) absences.push({ name, reason, isWrong: false });
    }
  }
  for (const group of groups) {
    const contestants: Contestant[] = [];
    for (const { name, task } of group) {
      const runner = runners.get(name);
      if (!runner) continue;
      const [firstMs] = await runner.time(task, 1);
      const error = await check(runner, task);
      // Written as "not within" so that NaN fails.
      if (error !== null && !(error <= agreementGate)) {
        absences.push({ name, reason: `its error is ${error}, more than ${agreementGate}`, isWrong: true });
      } else contestants.push({ runner, task, firstMs: firstMs!, error });
    }
    say(contestants.map(({ runner, task }) => `${runner.name} (${Object.values(task).join(' ')})`).join(', '));
    measurements.push(...(await timeInTurns(contestants, isTrial)));
  }
  for (const runner of runners.values()) await runner.dispose();
}
