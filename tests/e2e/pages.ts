/** What a person does on the pages, by the roles and names a screen reader says. */
import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';

type ReadingsFile = string | { name: string; mimeType: string; buffer: Buffer };

export const stateOf = (page: Page): Locator => page.getByRole('status', { name: 'Pump state' });
export const findingsOf = (page: Page): Locator => page.getByRole('list', { name: 'Findings' }).getByRole('listitem');

/** Chooses the engine on the system page and waits until it has passed its self-test. */
export async function chooseEngine(page: Page, name: 'WebGPU' | 'WASM' | 'CPU'): Promise<void> {
  await page.goto('/system');
  await page.getByRole('radio', { name, exact: true }).check();
  await expect(page.getByRole('main').getByText(`${name}, in use`)).toBeVisible({ timeout: 120_000 });
}

/** Opens a file from the start page and imports it as proposed; ends on the new pump's page. */
export async function importFile(page: Page, file: ReadingsFile, origin = ''): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByLabel('Open a readings file').setInputFiles(file);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Train a model' })).toBeEnabled({ timeout: 60_000 });
}

/** Starts a training with the recipe of that title; returns when it runs, or is over already. */
export async function startTraining(page: Page, recipe: RegExp): Promise<void> {
  const radio = page.getByRole('radio', { name: recipe });
  if (!(await radio.isVisible())) await page.getByText('Change the range or the recipe').click();
  await radio.check();
  await page.getByRole('button', { name: 'Train a model' }).click();
  const running = page.getByRole('progressbar', { name: 'Training' });
  // A quick one may be over before anybody looks.
  await expect(running.or(page.getByRole('list', { name: 'Findings' })).first()).toBeVisible();
}

/** Downloads the findings and returns the rows of the file, header first. */
export async function exportFindings(page: Page): Promise<string[][]> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export findings' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
}
