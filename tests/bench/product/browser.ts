/**
 * A Chromium with a profile on disk, as a tablet has it: what an incognito window stores stays in memory and would flatter every figure.
 * It tells what its processes cost, and the heaps of the page and of its threads.
 */
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { chromiumArguments, findChromium } from '../../support/chromium.mjs';
import { createHeapMeter, type HeapMeter } from './heaps';
import { readMemoryMb } from './memory';
import { clearProbe, probe, type Probe } from './probe';

const startMs = 180_000;

/** What the browser has cost so far. */
export interface Usage {
  atMs: number;
  /** CPU time of all its processes, seconds. */
  cpuSeconds: number;
  /** Memory of all its processes, shared pages counted once; NaN where the system does not tell. */
  memoryMb: number;
}

export interface OwnPage {
  page: Page;
  /** Opens an address of the app and waits until its engine has tested itself, which takes the machine for some seconds. */
  open(address: string): Promise<void>;
  usage(): Promise<Usage>;
  heapsMb: HeapMeter;
  /** What the probe has seen since the last call, and forgets. */
  takeProbe(): Promise<Probe>;
  close(): Promise<void>;
}

/** What the browser calls itself. */
export async function describeBrowser(): Promise<string> {
  const browser = await chromium.launch({ executablePath: locateChromium(), args: chromiumArguments });
  const version = browser.version();
  await browser.close();
  return `Chromium ${version}, headless`;
}

function locateChromium(): string {
  const path = findChromium();
  if (path === undefined) throw new Error('no Chromium found; set CHROME_PATH to one');
  return path;
}

/** Opens a browser with an empty page and the probe in every page to come. */
export async function openBrowser(scratch: string, name: string): Promise<OwnPage> {
  const context = await chromium.launchPersistentContext(join(scratch, name), {
    executablePath: locateChromium(),
    args: chromiumArguments,
    viewport: { width: 1280, height: 800 }
  });
  const browser = context.browser();
  if (!browser) throw new Error('Playwright gives no browser for a persistent context');
  const whole = await browser.newBrowserCDPSession();
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.addInitScript(probe);
  const heapsMb = await createHeapMeter(await context.newCDPSession(page));
  return {
    page,
    async open(address) {
      await page.goto(address);
      const engine = page.locator('a[href$="/system#engine"]');
      await engine.filter({ hasNotText: 'Starting' }).waitFor({ timeout: startMs });
    },
    async usage() {
      const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
      const memoryMb = readMemoryMb(processInfo.map(({ id }) => id));
      return {
        atMs: performance.now(),
        cpuSeconds: processInfo.reduce((sum, each) => sum + each.cpuTime, 0),
        memoryMb
      };
    },
    heapsMb,
    takeProbe: () => page.evaluate(clearProbe),
    close: () => context.close()
  };
}

/** Share of one core that a browser took between two moments. */
export function coreShare(from: Usage, to: Usage): number {
  return (1000 * (to.cpuSeconds - from.cpuSeconds)) / (to.atMs - from.atMs);
}

/** Resolves after so many seconds: for measuring over a stretch of time, not for waiting until something has happened. */
export function measureFor(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}
