/** axe on every page, in every theme, on a tablet both ways and on a phone; and nothing wider than the screen. */
import { expect, test, type Page } from '@playwright/test';
import { makeReadings } from '../support/pump-readings';
import { writeCsv } from '../support/csv-files';
import { expectAccessible } from './axe';
import { importFile, stateOf } from './pages';

const file = { name: 'feed pump.csv', mimeType: 'text/csv', buffer: Buffer.from(writeCsv(makeReadings(600), 600)) };
const sizes = [
  { name: 'tablet, landscape', width: 1180, height: 820 },
  { name: 'tablet, portrait', width: 820, height: 1180 },
  { name: 'phone', width: 390, height: 844 }
];
/** The heading each address ends with: one that only says what is loading must not pass for it. */
const headings = {
  '/': 'Fleet',
  '/import': 'Import',
  '/sources': 'Sources',
  '/models': 'Models',
  '/system': 'System',
  '/pumps/never-seen': 'This pump is not on this device'
};

/** Looks at the page as it is now in every size. */
async function expectClean(page: Page, what: string): Promise<void> {
  for (const { name, ...size } of sizes) {
    await page.setViewportSize(size);
    const seen = `${what}, ${name}`;
    // Charts and folds follow the size a frame later.
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(overflow, `${seen}: wider than the screen`).toBeLessThanOrEqual(0);
    await expectAccessible(page, seen);
  }
}

test('no page breaks a rule, in any size', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectClean(page, 'start');
  await page.getByLabel('Open a readings file').setInputFiles(file);
  await expect(page.getByRole('button', { name: 'Import', exact: true })).toBeVisible();
  await expectClean(page, 'preview');
  await importFile(page, file);
  await expect(page.getByRole('button', { name: 'Whole recording' })).toBeVisible();
  await expectClean(page, 'untrained pump');
  await page.goto('/sources');
  await page.getByRole('button', { name: 'Add a source' }).click();
  for (const kind of ['Simulated pump', 'WebSocket', 'MQTT', 'Serial lines', 'Modbus RTU']) {
    await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).check();
    await expectClean(page, `new source, ${kind}`);
  }
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the sample pump' }).click();
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Whole recording' })).toBeVisible();
  for (const theme of ['Day', 'Outdoor', 'Dark']) {
    await expect(page.getByRole('button', { name: new RegExp(`Theme ${theme}`) })).toBeVisible();
    await expectClean(page, `pump, ${theme}`);
    await page.getByRole('button', { name: /^Theme/ }).click();
  }
  for (const [path, name] of Object.entries(headings)) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expectClean(page, path);
  }
});

test('every control on the pump page is at least 48 px', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the sample pump' }).click();
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Whole recording' })).toBeVisible();
  const small = await page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        'button, a[href], select, summary, label.choice, input:not([type=radio], [type=file])'
      )
    ]
      .filter((control) => control.checkVisibility() && !control.classList.contains('skip'))
      .map((control) => ({ html: control.outerHTML.slice(0, 80), height: control.getBoundingClientRect().height }))
      .filter(({ height }) => height < 48)
  );
  expect(small).toEqual([]);
});
