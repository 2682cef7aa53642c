/**
 * What is left of live rows when the whole browser is killed: everything acknowledged, once, without a hole. A flush of which
 * the acknowledgement was still on its way may be there too, whole.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import { createOwnBrowser, type OwnBrowser } from '../support/own-browser';

const flushRows = 5;
let browser: OwnBrowser;

beforeEach(async () => {
  browser = await createOwnBrowser(join(import.meta.dirname, '../support/live-writer.worker.ts'));
});

afterEach(async () => {
  await browser.close();
});

it('a killed browser loses nothing that was acknowledged and doubles nothing, in the middle of a seal or not', async () => {
  const random = createRandom(3);
  let acknowledged = 0;
  for (let round = 0; round < 7; round++) {
    browser.start();
    const found = (await browser.next('/found')).body as number[];
    for (const rows of found) {
      expect(rows, `round ${round}`).toBeGreaterThanOrEqual(acknowledged);
      expect(rows, `round ${round}`).toBeLessThanOrEqual(acknowledged + flushRows);
      expect(rows % flushRows).toBe(0);
    }
    const flushes = 20 + Math.floor(20 * random.uniform());
    for (let flush = 0; flush < flushes; flush++) acknowledged = (await browser.next('/stored')).body as number;
    if (round % 2 > 0) {
      // A seal of six pieces takes some tens of milliseconds; each round meets it elsewhere, within a piece or between two.
      for (let report = await browser.next('/stored', '/sealing'); report.path !== '/sealing';) {
        acknowledged = report.body as number;
        report = await browser.next('/stored', '/sealing');
      }
      await new Promise((resolve) => setTimeout(resolve, 60 * random.uniform()));
    }
    for (const { path, body } of await browser.kill()) if (path === '/stored') acknowledged = body as number;
  }
  expect(acknowledged).toBeGreaterThan(7 * 20 * flushRows);
});
