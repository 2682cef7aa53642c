/**
 * What ten channels at 50 Hz cost: the keeping alone, in a browser that does nothing else, and the whole way from the socket to the page.
 * Of each the cost of an idle browser is taken off.
 */
import { join } from 'node:path';
import { createOwnBrowser } from '../../support/own-browser';
import { coreShare, measureFor, openBrowser, type OwnPage } from './browser';
import type { SectionRun } from './figure';
import { openGateway } from './gateway';
import { loadModel, setUpPlant } from './prepare';

const asset = 'Bench pump';
const everyMs = 20;
const goalPercent = 5;

export async function measureWriting(run: SectionRun): Promise<void> {
  await measureKeeping(run);
  await measureWholePath(run);
}

/** The journal and nothing else, driven by the thread that its test drives it with. */
async function measureKeeping(run: SectionRun): Promise<void> {
  const browser = await createOwnBrowser(join(import.meta.dirname, '../../support/live-cost.worker.ts'));
  const shares = new Map<unknown, number>();
  try {
    browser.start();
    for (let report = await browser.next('/phase'); report.path === '/phase';) {
      const [cpuS, clockMs] = [browser.cpuSeconds(), performance.now()];
      await browser.next('/phase-end');
      shares.set(report.body, (100_000 * (browser.cpuSeconds() - cpuS)) / (performance.now() - clockMs));
      report = await browser.next('/phase', '/end');
    }
  } finally {
    await browser.close();
  }
  const share = Math.max(0, shares.get('one pump')! - shares.get('idle')!);
  run.add('write path, readings and scores of 10 channels at 50 Hz: share of a core', share, '%', goalPercent);
}

/** The app with a socket that sends, its page elsewhere and then on the pump. */
async function measureWholePath(run: SectionRun): Promise<void> {
  const idle = await withApp(run, 'idle', null, (own) => measureShare(run, own));
  const gateway = await openGateway(asset, everyMs);
  try {
    await withApp(run, 'busy', gateway.url, async (own) => {
      const elsewhere = await measureShare(run, own);
      await own.open(`${run.origin}/pumps/${encodeURIComponent(asset)}`);
      await own.page.getByTestId('live-score').waitFor({ timeout: 60_000 });
      const watched = await measureShare(run, own);
      run.add('whole path at 50 Hz, another page shown: share of a core', elsewhere - idle, '%');
      run.add('whole path at 50 Hz, its page and charts shown: share of a core', watched - idle, '%');
      run.add('app without a source: share of a core', idle, '%');
    });
  } finally {
    await gateway.close();
  }
}

async function withApp<T>(
  run: SectionRun,
  name: string,
  url: string | null,
  work: (own: OwnPage) => Promise<T>
): Promise<T> {
  const own = await openBrowser(run.scratch, name);
  try {
    if (url !== null) {
      await setUpPlant(own.page, run.origin, {
        setup: { kind: 'websocket', id: 'gateway', name: 'Gateway', asset, url, format: 'auto' },
        pumps: 1,
        ...loadModel(everyMs)
      });
    }
    await own.open(`${run.origin}/models`);
    return await work(own);
  } finally {
    await own.close();
  }
}

/** Share of a core after the start is over, percent. */
async function measureShare(run: SectionRun, own: OwnPage): Promise<number> {
  await measureFor(run.isTrial ? 2 : 15);
  const before = await own.usage();
  await measureFor(run.isTrial ? 4 : 30);
  return 100 * coreShare(before, await own.usage());
}
