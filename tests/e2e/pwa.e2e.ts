/** The platform round the product: headers, policy, installation, a start without a server, an update that asks. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import { build, copyAsVersion, startSite } from './site';
import type { Site } from './site';

const ownPort = 4472;
let site: Site | undefined;

test.afterEach(async () => {
  await site?.kill();
  site = undefined;
});

for (const path of ['/', '/system', '/pumps/never-seen']) {
  test(`${path} opens with a heading and nothing on the console`, async ({ page }) => {
    const complaints = collectComplaints(page);
    await page.goto(path);
    await expect(heading(page)).toBeVisible();
    await untilInstalled(page);
    expect(complaints).toEqual([]);
  });
}

test('the shell says what may run in it and who may frame it', async ({ request }) => {
  const { 'content-security-policy': policy, ...headers } = (await request.get('/')).headers();
  expect(policy).toMatch(
    /connect-src 'self';.*script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+';.*frame-ancestors 'none'$/
  );
  expect(policy).not.toMatch(/https?:|\*|'unsafe-eval'/);
  expect(headers).toMatchObject({
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin'
  });
  expect((await request.get('/_app/immutable/gone.js')).status()).toBe(404);
});

test('the manifest makes the app installable, and its icons are what it says', async ({ request }) => {
  const manifest = await (await request.get('/manifest.webmanifest')).json();
  expect(manifest).toMatchObject({ name: 'Pumpside', start_url: '/', display: 'standalone' });
  expect(manifest.icons.length).toBeGreaterThan(0);
  for (const { src, type, sizes } of manifest.icons) {
    const response = await request.get(src);
    expect(response.headers()['content-type'], src).toContain(type);
    const bytes = await response.body();
    if (type === 'image/png') expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes);
    else expect(bytes.toString(), src).toContain('<svg');
  }
});

test('the policy keeps the page from other hosts and from evaluating text', async ({ page }) => {
  let visits = 0;
  const elsewhere = createServer((_, response) => {
    visits++;
    response.setHeader('Access-Control-Allow-Origin', '*').end('reached');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const address = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  await page.goto('/');
  await expect(heading(page)).toBeVisible();
  // From a timer: what the test driver runs directly is exempt from the policy.
  const outcome = await page.evaluate(
    (url) =>
      new Promise<string[]>((resolve) => {
        setTimeout(() => {
          let evaluated = 'evaluated';
          try {
            new Function('return 1')();
          } catch (error) {
            evaluated = (error as Error).name;
          }
          fetch(url).then(
            () => resolve([evaluated, 'reached']),
            () => resolve([evaluated, 'blocked'])
          );
        });
      }),
    address
  );
  elsewhere.close();
  expect(outcome).toEqual(['EvalError', 'blocked']);
  expect(visits).toBe(0);
});

test('starts cold without a server: home, a page, and an address never visited', async ({
  playwright,
  launchOptions
}, info) => {
  site = await startSite(build, ownPort);
  const { origin } = site;
  const profile = info.outputPath('profile');
  const open = () => playwright.chromium.launchPersistentContext(profile, launchOptions);

  const first = await open();
  await untilInstalled(await visit(first, origin));
  await first.close();
  await site.kill();

  const second = await open();
  for (const path of ['/', '/system', '/pumps/never-seen', '/pumps/never-seen?from=qr#findings']) {
    const page = await second.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(origin + path);
    await expect(heading(page), path).toBeVisible();
    expect(errors, path).toEqual([]);
  }
  await second.close();
});

test('a new version asks before it takes over, and then takes over every tab', async ({ context }, info) => {
  site = await startSite(build, ownPort);
  const { origin } = site;
  const tab = await visit(context, origin);
  await untilInstalled(tab);
  const otherTab = await visit(context, `${origin}/system`);
  await site.kill();
  site = await startSite(copyAsVersion('v2', info.outputPath('v2')), ownPort);

  await tab.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  const accept = tab.getByRole('button', { name: 'Update now' });
  await expect(accept).toBeVisible();
  await expect(otherTab.getByRole('button', { name: 'Update now' })).toBeVisible();
  await tab.reload();
  await expect(accept).toBeVisible();
  expect(await versionOf(tab)).toBeUndefined();

  await accept.click();
  for (const page of [tab, otherTab]) {
    await expect.poll(() => versionOf(page)).toBe('v2');
    await expect(heading(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Update now' })).toBeHidden();
  }
});

function heading(page: Page) {
  return page.getByRole('heading', { level: 1 }).first();
}

async function visit(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await expect(heading(page)).toBeVisible();
  return page;
}

/** Resolves when the service worker is active and serves this page. */
async function untilInstalled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

/** The mark of `copyAsVersion`; undefined on the build itself, or while the page reloads. */
async function versionOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.documentElement.dataset.version).catch(() => undefined);
}

function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  return complaints;
}
