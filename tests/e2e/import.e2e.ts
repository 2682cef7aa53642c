/** Files as they are: what is ambiguous is asked, what is answered is remembered, and what is stored is right. */
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { archive, germanLog, readingAt, startMs, stepMs, workbook } from '../support/plant-files';

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
const importButton = (page: Page) => page.getByRole('button', { name: 'Import', exact: true });
const understood = (page: Page) => page.getByRole('region', { name: 'First rows as understood' });

/** Imports what is previewed; ends on the new pump's page. */
async function importPreviewed(page: Page): Promise<void> {
  await importButton(page).click();
  await page.waitForURL(/\/pumps\//);
}

/** What lies in the database, all blocks of all pumps in time order. */
async function readStored(page: Page): Promise<{ t: number[]; channels: Record<string, (number | null)[]> }> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const db = await done(indexedDB.open('pumpside-history'));
    const rows: unknown[] = await done(db.transaction('readings').objectStore('readings').getAll());
    db.close();
    type Block = { t: Float64Array; channels: string[]; columns: Float32Array[] };
    const blocks = (rows as { block: Block }[]).map(({ block }) => block);
    blocks.sort((a, b) => a.t[0]! - b.t[0]!);
    const channels: Record<string, (number | null)[]> = {};
    for (const block of blocks) {
      block.channels.forEach((name, i) => {
        (channels[name] ??= []).push(...Array.from(block.columns[i]!, (value) => (Number.isNaN(value) ? null : value)));
      });
    }
    return { t: blocks.flatMap((block) => [...block.t]), channels };
  });
}

/** The stored readings are those of the made-up pump; `missing` names the rows of a channel that must be missing. */
function expectReadings(
  { t, channels }: Awaited<ReturnType<typeof readStored>>,
  rows: number,
  names: string[],
  missing: Record<string, number[]> = {}
): void {
  expect(t).toEqual(Array.from({ length: rows }, (_, row) => startMs + row * stepMs));
  expect(Object.keys(channels).sort()).toEqual([...names].sort());
  for (const name of names) {
    channels[name]!.forEach((value, row) => {
      if (missing[name]?.includes(row)) expect(value, `${name}, row ${row}`).toBeNull();
      else expect(Math.abs(value! / readingAt(row)[name]! - 1), `${name}, row ${row}`).toBeLessThan(2e-4);
    });
  }
}

test('a logger’s text from Germany: two questions, then the right values; the next file asks nothing', async ({
  page
}) => {
  await page.goto('/');
  await page.getByLabel('Open a readings file').setInputFiles(file('Pumpe 7.csv', germanLog(300)));
  await expect(page.getByRole('main')).toContainText('2 questions are open');
  await expect(importButton(page)).toBeDisabled();
  await expect(understood(page)).toBeHidden();
  // Clicked, not checked: an answered question is folded away at once.
  await page.getByRole('radio', { name: /Day first.*2024-03-04/ }).click();
  await page.getByRole('radio', { name: /kPa.*1\.01 bar/ }).click();
  await expect(importButton(page)).toBeEnabled();
  await expect(understood(page)).toContainText('2024-03-04 06:00:10');
  await expect(understood(page)).toContainText('Suction pressure, bar');

  await page.getByText(/row could not be read in full/).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download them as CSV' }).click();
  const report = readFileSync(await (await download).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(report).toHaveLength(2);
  expect(report[1]).toContain('11,Öldruck,"2,x",a number with a decimal comma,bad-number,yes');

  await importPreviewed(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Pumpe 7' })).toBeVisible();
  expectReadings(await readStored(page), 300, Object.keys(readingAt(0)), { Oil_Pressure_bar: [5] });

  await page.goto('/');
  await page.getByLabel('Open a readings file').setInputFiles(file('Pumpe 7, April.csv', germanLog(200)));
  const remembered = page.getByRole('status').filter({ hasText: 'Same layout as last time' });
  await expect(remembered).toContainText('Pumpe 7.csv');
  await expect(remembered).toContainText('kPa');
  await expect(importButton(page)).toBeEnabled();
  await page.getByRole('button', { name: 'Ask me again' }).click();
  await expect(remembered).toBeHidden();
  await expect(page.getByRole('main')).toContainText('2 questions are open');
  await expect(importButton(page)).toBeDisabled();
});

test('a workbook, imported as it is', async ({ page }) => {
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('log.xlsx', await workbook(120)));
  await expect(understood(page)).toContainText('2024-03-04 06:00:00');
  await importPreviewed(page);
  expectReadings(await readStored(page), 120, ['Motor_RPM', 'Bearing_Temperature_C']);
});

test('an archive of two files that follow each other is one recording', async ({ page }) => {
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('night.zip', archive(150)));
  await expect(page.getByRole('heading', { level: 2 })).toContainText('night.zip/night/1.csv and 1 more');
  await importPreviewed(page);
  expectReadings(await readStored(page), 300, ['Motor_RPM', 'Bearing_Temperature_C']);
});

test('a column is mapped, another left out by hand, and the choice is remembered', async ({ page }) => {
  const rows = Array.from(
    { length: 100 },
    (_, i) => `${new Date(startMs + i * stepMs).toISOString()},${2 + i / 100},${i}.5`
  );
  const text = Buffer.from(['time,Line A,Line B', ...rows, ''].join('\n'));
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('lines.csv', text));
  const line = page.getByRole('group', { name: 'Line A' });
  await line.getByLabel('Is').selectOption({ label: 'Oil pressure' });
  await line.getByLabel('Unit in the file').selectOption('kPa');
  await expect(line).toContainText('1 kPa is 0.01 bar');
  await page.getByRole('group', { name: 'Line B' }).getByLabel('Use as').selectOption({ label: 'Ignore' });
  await expect(understood(page)).toContainText('Oil pressure, bar');
  await importPreviewed(page);
  const { channels } = await readStored(page);
  expect(Object.keys(channels)).toEqual(['Oil_Pressure_bar']);
  expect(channels['Oil_Pressure_bar']![50]).toBeCloseTo(0.025, 6);
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('lines 2.csv', text));
  await expect(page.getByRole('status').filter({ hasText: 'Same layout as last time' })).toContainText('2 columns');
  await expect(line.getByLabel('Is')).toHaveValue('Oil_Pressure_bar');
});

test('a person says which line holds the names, and the next file knows', async ({ page }) => {
  const rows = Array.from({ length: 100 }, (_, i) => `${new Date(startMs + i * stepMs).toISOString()},${2 + i / 100}`);
  const text = Buffer.from(['time,Line A', 'stamp,checked in March', ...rows, ''].join('\n'));
  const column = (name: string) => page.getByRole('group', { name });
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('lines.csv', text));
  await expect(column('checked in March')).toBeVisible();
  await expect(page.getByRole('row', { name: '1 time Line A' })).toBeVisible();
  await page.getByText(/header in line 2/).click();
  const names = page.getByRole('spinbutton', { name: 'Names in line' });
  await names.fill('1');
  await names.press('Enter');
  await expect(column('Line A')).toBeVisible();
  await expect(names).toHaveValue('1');
  // Names cannot stand below the readings: that is said, and what was understood stays.
  const first = page.getByRole('spinbutton', { name: 'Readings from line' });
  await first.fill('1');
  await first.press('Enter');
  await expect(page.getByRole('alert')).toContainText('first line of readings');
  await expect(column('Line A')).toBeVisible();
  await first.fill('13');
  await first.press('Enter');
  await expect(understood(page)).toContainText(
    new Date(startMs + 10 * stepMs).toISOString().slice(0, 19).replace('T', ' ')
  );
  await importPreviewed(page);
  const { t, channels } = await readStored(page);
  expect(Object.keys(channels)).toEqual(['Line A']);
  expect(t[0]).toBe(startMs + 10 * stepMs);
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('lines 2.csv', text));
  await expect(page.getByRole('status').filter({ hasText: 'Same layout as last time' })).toContainText(
    'Names in line 1'
  );
  await expect(column('Line A')).toBeVisible();
});

test('a damaged archive says so, and nothing of it stays', async ({ page }) => {
  const bytes = archive(150);
  bytes.fill(0, 100, 140);
  await page.goto('/import');
  await page.getByLabel('Open a readings file').setInputFiles(file('night.zip', bytes));
  await expect(page.getByRole('main')).toContainText(/The file is damaged|One file was left out/);
  await page.goto('/');
  await expect(page.getByRole('list', { name: 'Pumps' })).toBeHidden();
});
