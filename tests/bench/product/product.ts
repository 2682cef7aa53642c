/** The product's sections: builds and serves the app, runs one section after the other, gathers their figures. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { buildWhenNeeded } from '../../../src/server/build-when-needed.mjs';
import type { Options, ProductSection } from '../options';
import type { Report } from '../report';
import { measureAlarms } from './alarms';
import { measureBackend } from './backend';
import { describeBrowser } from './browser';
import type { SectionRun } from './figure';
import { measureFleet } from './fleet';
import { measureImport } from './import';
import { measureLatency } from './latency';
import { measurePush } from './push';
import { openSite } from './site';
import { measureTwin } from './twin';
import { measureWriting } from './write';

const measures: Record<ProductSection, (run: SectionRun) => Promise<void>> = {
  latency: measureLatency,
  fleet: measureFleet,
  import: measureImport,
  write: measureWriting,
  twin: measureTwin,
  alarms: measureAlarms,
  backend: measureBackend,
  push: measurePush
};

/** Runs the sections asked for and appends to `report` what they find. A section that fails is told as an absence that is wrong. */
export async function runProduct(options: Options, report: Report, say: (line: string) => void): Promise<void> {
  await buildWhenNeeded(['client', 'server', 'cli'], say);
  report.browser ??= await describeBrowser();
  const site = await openSite();
  try {
    for (const section of options.productSections) {
      const load = os.loadavg()[0]!.toFixed(1);
      say(`${section}, load before ${load}`);
      const scratch = mkdtempSync(join(os.tmpdir(), `pumpside-bench-${section}-`));
      try {
        await measures[section]({
          isTrial: options.isTrial,
          minutes: options.minutes,
          origin: site.origin,
          scratch,
          say,
          add: (measure, value, unit, goal = null) => {
            report.figures.push({ section, measure, value, unit, goal });
            say(`  ${measure}: ${value.toFixed(2)} ${unit}${goal === null ? '' : `, goal at most ${goal} ${unit}`}`);
          },
          note: (line) => report.notes.push(`${section}: ${line}`)
        });
      } catch (error) {
        say(String(error));
        report.absences.push({ name: section, reason: String(error).split('\n')[0]!, isWrong: true });
      } finally {
        rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
      }
      report.notes.push(`${section}: load before ${load}, of ${os.cpus().length} cores.`);
    }
  } finally {
    await site.close();
  }
}
