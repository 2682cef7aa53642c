/** The browser as a host: a real Chromium on the bench's page, which holds a `Host` of its own. */
import { chromium } from 'playwright';
import { chromiumArguments, findChromium } from '../../support/chromium.mjs';
import type { PageHost } from '../page/main';

/** A page that answers as a host. */
export interface BenchPage {
  /** What the browser calls itself. */
  readonly browser: string;
  readonly host: PageHost;
  close(): Promise<void>;
}

/** Opens `address`; rejects with a readable reason where there is no browser. */
export async function openPage(address: string): Promise<BenchPage> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium found; set CHROME_PATH to one');
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  await page.goto(address);
  await page.waitForFunction(() => 'host' in globalThis);

  type Call = (...values: unknown[]) => Promise<unknown>;
  const ask = (method: string, values: unknown[]) =>
    page.evaluate(
      ({ method, values }) => (globalThis as unknown as { host: Record<string, Call> }).host[method]!(...values),
      {
        method,
        values
      }
    );
  const host = new Proxy({} as PageHost, {
    get:
      (_, method) =>
      (...values: unknown[]) =>
        ask(String(method), values)
  });
  return { browser: `Chromium ${browser.version()}, headless`, host, close: () => browser.close() };
}
