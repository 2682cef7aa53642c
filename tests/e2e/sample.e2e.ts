/** The sample pump: at once, without a network, and with the same scores as on the command line. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { findingsOf, stateOf } from './pages';
import { build, startSite } from './site';

const root = join(import.meta.dirname, '../..');

test('opens scored, with the server gone', async ({ page }) => {
  const site = await startSite(build, 4474);
  await page.goto(site.origin);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await site.kill();
  await page.reload();
  await page.getByRole('button', { name: 'Try the sample pump' }).click();
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  await expect(stateOf(page)).toContainText(/vibration/i);
  expect(await findingsOf(page).count()).toBeGreaterThan(0);
});

test('gets the scores that the command line gives the same recording', async ({ page }, info) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try the sample pump' }).click();
  await expect(stateOf(page)).toContainText('Anomaly', { timeout: 60_000 });
  const seen = await page.evaluate(async () => {
    const request = indexedDB.open('pumpside-history');
    await new Promise((resolve) => (request.onsuccess = resolve));
    const all = request.result.transaction('scores').objectStore('scores').getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    const blocks = all.result as { t0Ms: number; block: { t: Float64Array; score: Float32Array } }[];
    return blocks
      .sort((a, b) => a.t0Ms - b.t0Ms)
      .flatMap(({ block: { t, score } }) => Array.from(t, (tMs, i) => [tMs, score[i]!]));
  });
  const csv = info.outputPath('sample.csv');
  const run = (...words: string[]) =>
    execFileSync(process.execPath, [join(build, 'cli/main.js'), ...words], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28
    });
  run('sample', '--csv', csv);
  const { rows, findings } = JSON.parse(run('score', csv, '--model', 'models/sample-pump-1', '--json')) as {
    rows: { t: string; score: number | null }[];
    findings: unknown[];
  };
  expect(rows.length).toBe(seen.length);
  expect(findings.length).toBe(await findingsOf(page).count());
  rows.forEach(({ t, score }, i) => {
    const [tMs, shown] = seen[i]!;
    expect(tMs).toBe(Date.parse(t));
    if (score === null) expect(shown).toBeNaN();
    // The same kernels on the same values: single precision, another batch size.
    else expect(Math.abs(shown! - score) / score, t).toBeLessThan(1e-4);
  });
});
