/**
 * A device that comes back after a month: its queued alarms go to the backend, and what the backend has made of them comes back, while a
 * person looks at the page. The real app, the real server on PGlite.
 */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { findMedian } from '../statistics';
import { signInFirst } from './account';
import { measureFor, openBrowser } from './browser';
import { bundleScript } from './bundle';
import type { SectionRun } from './figure';
import { countDropped, longestGap } from './frames';
import type { PushPreparation } from './push-preparation';
import { openSite } from './site';

const goalS = 10;
const patienceMs = 600_000;

export async function measurePush(run: SectionRun): Promise<void> {
  const operations = run.isTrial ? 500 : 10_000;
  const found: Push[] = [];
  for (let turn = 0; turn < (run.isTrial ? 1 : 3); turn++) found.push(await pushOnce(run, operations, turn));
  const median = (of: (each: Push) => number) => findMedian(found.map(of));
  const what = `${operations.toLocaleString('en')} queued alarms`;
  run.add(
    `${what}: until all is sent, settled and confirmed`,
    median(({ wholeS }) => wholeS),
    's',
    goalS
  );
  run.add(
    `${what}: until the last of it was taken`,
    median(({ pushS }) => pushS),
    's'
  );
  run.add(
    'frames dropped meanwhile',
    median(({ dropped }) => dropped),
    '',
    0
  );
  run.add(
    'longest time between two frames',
    median(({ longestMs }) => longestMs),
    'ms'
  );
  run.add('not settled, in conflict or not confirmed', Math.max(...found.map(({ wrong }) => wrong)), '', 0);
}

interface Push {
  wholeS: number;
  pushS: number;
  /** Frames, and the longest time between two, while it lasted. */
  dropped: number;
  longestMs: number;
  /** Operations and entities that are not as they should be at its end. */
  wrong: number;
}

async function pushOnce(run: SectionRun, operations: number, turn: number): Promise<Push> {
  const site = await openSite({ PUMPSIDE_DATA_DIR: join(run.scratch, `data ${turn}`), LOG_LEVEL: 'warn' });
  const own = await openBrowser(run.scratch, `push ${turn}`);
  try {
    const { page } = own;
    const ask = await prepare(page, site.origin);
    await ask((preparation, count) => preparation.queue(count), operations);
    await own.open(`${site.origin}/account`);
    // The device has had the app for a month: it is not being installed meanwhile.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    const pushed = watchPushes(page);
    await own.takeProbe();
    await signInFirst(page, site);
    await page.waitForFunction(
      () => {
        const of = (term: string) =>
          [...document.querySelectorAll('dt')].find((each) => each.textContent === term)?.nextElementSibling
            ?.textContent;
        return of('Waiting on this device') === '0' && of('Last exchange') !== 'none yet';
      },
      null,
      { timeout: patienceMs, polling: 50 }
    );
    const endMs = performance.now();
    const { frameGapsMs } = await own.takeProbe();
    // A poke that came meanwhile makes one more exchange: what is looked at next must not be under way.
    await measureFor(1);
    const left = await (await prepare(page, site.origin))((preparation) => preparation.look(), 0);
    const { firstMs, lastMs } = pushed();
    const each = {
      wholeS: (endMs - firstMs) / 1000,
      pushS: (lastMs - firstMs) / 1000,
      dropped: countDropped(frameGapsMs),
      longestMs: longestGap(frameGapsMs),
      wrong: left.pending + left.conflicts + left.unconfirmed
    };
    run.say(`  ${JSON.stringify(each)}`);
    return each;
  } finally {
    await own.close();
    await site.close();
  }
}

/** When the first push was sent, and the last one answered. */
function watchPushes(page: Page): () => { firstMs: number; lastMs: number } {
  let firstMs = NaN;
  let lastMs = NaN;
  const isPush = (address: string) => address.endsWith('/api/v1/sync/push');
  page.context().on('request', (request) => {
    if (isPush(request.url()) && Number.isNaN(firstMs)) firstMs = performance.now();
  });
  page.context().on('response', (response) => {
    if (isPush(response.url())) lastMs = performance.now();
  });
  return () => ({ firstMs, lastMs });
}

/** Leaves the page at an address of the app's origin that runs nothing but the preparation. */
async function prepare(page: Page, origin: string) {
  await page.goto(`${origin}/api/ping`);
  await page.evaluate(await bundleScript(join(import.meta.dirname, 'push-preparation.ts')));
  return <T>(work: (preparation: PushPreparation, count: number) => Promise<T>, count: number): Promise<T> =>
    page.evaluate(
      ({ text, count }) =>
        (new Function(`return (${text})`)() as typeof work)(
          (globalThis as unknown as { pushPreparation: PushPreparation }).pushPreparation,
          count
        ),
      { text: String(work), count }
    );
}
