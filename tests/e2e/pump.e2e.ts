/** A pump's life on the page with made-up readings: import, training, cancel, a thread that dies, labels, deletion. */
import { expect, test } from '@playwright/test';
import { makeReadings } from '../support/pump-readings';
import { writeCsv } from '../support/csv-files';
import { findingsOf, importFile, startTraining, stateOf } from './pages';

const faultRow = 420;
const readings = makeReadings(600, { faultRow });
const csv = (text: string, name = 'feed pump.csv') => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const good = csv(writeCsv(readings, faultRow));

test('import, train, reload: the findings name the sensor that drifted', async ({ page }) => {
  await importFile(page, good);
  await expect(page.getByRole('heading', { level: 1, name: 'feed pump' })).toBeVisible();
  await startTraining(page, /Quick look/);
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  await expect(findingsOf(page)).toHaveCount(1);
  await expect(findingsOf(page).first()).toContainText(/pressure/i);
  await page.reload();
  await expect(stateOf(page)).toContainText('Anomaly');
  await expect(findingsOf(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByLabel('Name of the pump').fill('P-101A');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'P-101A' })).toBeVisible();
  await page.getByRole('link', { name: 'Fleet' }).click();
  await expect(page.getByRole('list', { name: 'Pumps' })).toContainText('Anomaly');
  await page.getByRole('link', { name: 'Models' }).click();
  await expect(page.getByRole('main')).toContainText('Quick look');
});

test('a training is cancelled at once and leaves nothing', async ({ page }) => {
  await importFile(page, good);
  await startTraining(page, /Fast changes/);
  const startMs = Date.now();
  await page.getByRole('button', { name: 'Cancel training' }).click();
  await expect(page.getByRole('button', { name: 'Train a model' })).toBeVisible();
  expect(Date.now() - startMs).toBeLessThan(2000);
  await expect(stateOf(page)).toContainText('Unknown');
  await page.goto('/models');
  await expect(page.getByText('No model yet')).toBeVisible();
});

test('an engine that dies while training is restarted, and the page says so', async ({ page }) => {
  await importFile(page, good);
  await startTraining(page, /Fast changes/);
  await expect(page.getByText(/of at most/)).toBeVisible({ timeout: 60_000 });
  const engine = page.workers().find((worker) => worker.url().includes('engine'))!;
  await engine.evaluate(() => self.close());
  await expect(page.getByText(/The engine stopped by itself/)).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('Everything stored before is kept');
  await startTraining(page, /Quick look/);
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
});

test('a deleted pump is gone, with everything of it', async ({ page }) => {
  await importFile(page, good);
  await startTraining(page, /Quick look/);
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Delete pump' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete pump' }).click();
  await expect(page.getByRole('button', { name: 'Try the sample pump' })).toBeVisible();
  const rows = await page.evaluate(async () => {
    const counts: Record<string, number> = {};
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
      for (const table of database.objectStoreNames) {
        const request = database.transaction(table).objectStore(table).count();
        await new Promise((resolve) => (request.onsuccess = resolve));
        if (table !== 'meta') counts[`${name}/${table}`] = request.result;
      }
      database.close();
    }
    return counts;
  });
  expect(Object.keys(rows).length).toBeGreaterThan(5);
  // What somebody did stays on record; readings, scores, models and findings do not.
  const isLedger = /\/(entities|confirmed|operations|ledger)$/;
  expect(Object.entries(rows).filter(([name, count]) => count > 0 && !isLedger.test(name))).toEqual([]);
});

test('what cannot be read is said in one sentence, and nothing half-imported stays', async ({ page }) => {
  await page.goto('/');
  for (const [text, sentence] of [
    ['a;b\r\n1;2\r\n3;4\r\n', /No column of the file could be read as time/],
    ['time;note\r\n2026-01-01 00:00:00;x\r\n2026-01-01 00:00:01;y\r\n', /no column of numbers/],
    ['time;a\r\n', /no row/]
  ] as const) {
    await page.goto('/import');
    await page.getByLabel('Open a readings file').setInputFiles(csv(text, 'bad.csv'));
    await expect(page.getByRole('alert')).toContainText(sentence);
  }
  await page.goto('/');
  await expect(page.getByRole('list', { name: 'Pumps' })).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Find out');
});

test('a row that cannot be read is listed with its line, its text and the reason', async ({ page }) => {
  const lines = writeCsv(readings, faultRow).split('\r\n');
  lines[10] = lines[10]!.replace(/;[^;]*;/, ';12,5;');
  lines[20] = `yesterday${lines[20]!.slice(19)}`;
  await importFile(page, csv(lines.join('\r\n')));
  await page.getByText(/could not be read in full/).click();
  const list = page.getByRole('region', { name: 'Rows that could not be read' });
  await expect(list).toContainText('12,5');
  await expect(list).toContainText('Not a number');
  await expect(list).toContainText('yesterday');
  await expect(list).toContainText('Time not readable');
  await expect(list.getByText('21', { exact: true })).toBeVisible();
});
