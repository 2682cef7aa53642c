/** The main job on a real recording: file in, model trained, findings explained, all of it kept without a server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { dataPack, hasDataPack } from '../support/data-pack';
import { chooseEngine, exportFindings, findingsOf, importFile, startTraining, stateOf } from './pages';
import { build, startSite, type Site } from './site';

const file = join(dataPack, 'skab/valve1/0.csv');
const port = 4473;
let site: Site | undefined;

test.afterEach(async () => {
  await site?.kill();
  site = undefined;
});

/** First and last labelled time of the recording, ms. */
function readLabelled(): [number, number] {
  const [header = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const column = header.split(';').indexOf('anomaly');
  const times = rows
    .map((row) => row.split(';'))
    .filter((cells) => Number(cells[column]) === 1)
    .map(([time = '']) => Date.parse(`${time.replace(' ', 'T')}Z`));
  return [times[0]!, times.at(-1)!];
}

/**
 * Watches the page's own thread; the function returned tells the long tasks that lay between the appearance of the training
 * and its end, ms. What builds the page before and after is not the training's doing.
 */
async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
  const watch = await page.evaluateHandle(() => {
    const seen = { tasks: [] as { startTime: number; duration: number }[], fromMs: Infinity, toMs: Infinity };
    const isTraining = () => document.querySelector('[role="progressbar"][aria-label="Training"]') !== null;
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries())).observe({ type: 'longtask' });
    new MutationObserver(() => {
      if (isTraining()) seen.fromMs = Math.min(seen.fromMs, performance.now());
      else if (seen.fromMs < Infinity) seen.toMs = Math.min(seen.toMs, performance.now());
    }).observe(document.body, { subtree: true, childList: true });
    return seen;
  });
  return () =>
    watch.evaluate(({ tasks, fromMs, toMs }) => {
      if (!(fromMs < toMs && toMs < Infinity)) throw new Error('the training was not seen');
      return tasks
        .filter(({ startTime, duration }) => startTime > fromMs && startTime + duration < toMs)
        .map(({ duration }) => duration);
    });
}

for (const engine of ['WASM', 'WebGPU'] as const) {
  test(`a SKAB recording on ${engine}, then without a server (needs the data pack)`, async ({ browser }, info) => {
    info.skip(!hasDataPack, `needs the data pack in ${dataPack}`);
    // A software adapter compiles and computes slowly.
    test.setTimeout(engine === 'WebGPU' ? 240_000 : 120_000);
    site = await startSite(build, port);
    const { origin } = site;
    const context = await browser.newContext({ baseURL: origin });
    const page = await context.newPage();
    await chooseEngine(page, engine);
    await importFile(page, file);
    await expect(stateOf(page)).toContainText('Unknown');
    const blocked = await watchLongTasks(page);
    const startMs = Date.now();
    // As it stands on WASM; on the software adapter the recipe that is meant for slow engines.
    await startTraining(page, engine === 'WASM' ? /Fast changes/ : /Quick look/);
    await expect(stateOf(page)).toContainText(/Normal|Anomaly/, { timeout: 220_000 });
    info.annotations.push({ type: 'training', description: `${(Date.now() - startMs) / 1000} s on ${engine}` });
    if (engine === 'WASM') {
      expect(Date.now() - startMs, 'a training of seconds').toBeLessThan(30_000);
      expect(await blocked(), 'tasks of more than 50 ms on the page while it trained').toEqual([]);
    }

    const shown = await findingsOf(page).allInnerTexts();
    expect(shown.length).toBeGreaterThan(0);
    const exported = await exportFindings(page);
    const rows = exported.slice(1);
    expect(rows.length).toBe(shown.length);
    const [firstMs, lastMs] = readLabelled();
    const overlaps = rows.filter(
      ([, start = '', , end]) => Date.parse(start) <= lastMs && (!end || Date.parse(end) >= firstMs)
    );
    expect(overlaps.length).toBeGreaterThan(0);
    const [sensor] = rows[0]!.slice(exported[0]!.indexOf('sensor_1'));
    expect(readFileSync(file, 'utf8').split('\n')[0]).toContain(sensor);
    await expect(page.getByRole('region', { name: 'Findings against labels' })).toContainText('anomaly');

    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
    const state = await stateOf(page).innerText();
    await site.kill();
    site = undefined;
    await page.reload();
    await expect(stateOf(page)).toBeVisible();
    expect(await stateOf(page).innerText()).toBe(state);
    await expect(findingsOf(page)).toHaveText(shown, { useInnerText: true });
    expect(await exportFindings(page)).toEqual(exported);
    await context.close();
  });
}
