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

/** An event of a trace: times in µs, `tdur` of them on the processor. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

/**
 * Traces the page's own thread; the function returned tells how long each task computed that lay between the appearance of the
 * training and its end, ms. What builds the page before and after is not the training's doing, nor is what a task waits for
 * its turn on a machine with less cores than work.
 */
async function traceTasks(page: Page): Promise<() => Promise<number[]>> {
  const browser = page.context().browser()!;
  await page.evaluate(() => {
    let isSeen = false;
    new MutationObserver(() => {
      const isTraining = document.querySelector('[role="progressbar"][aria-label="Training"]') !== null;
      if (isTraining !== isSeen) performance.mark(isTraining ? 'training' : 'trained');
      isSeen = isTraining;
    }).observe(document.body, { subtree: true, childList: true });
  });
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'blink.user_timing'] });
  return async () => {
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const from = traceEvents.find(({ name }) => name === 'training');
    const to = traceEvents.find(({ name }) => name === 'trained');
    if (!from || !to) throw new Error('the training was not seen');
    return traceEvents
      .filter(({ name, pid, tid }) => name === 'RunTask' && pid === from.pid && tid === from.tid)
      .filter(({ ts, dur = 0 }) => ts > from.ts && ts + dur < to.ts)
      .map(({ tdur = Infinity }) => tdur / 1000);
  };
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
    const computed = engine === 'WASM' ? await traceTasks(page) : undefined;
    const startMs = Date.now();
    // As it stands on WASM; on the software adapter the recipe that is meant for slow engines.
    await startTraining(page, engine === 'WASM' ? /Fast changes/ : /Quick look/);
    await expect(stateOf(page)).toContainText(/Normal|Anomaly/, { timeout: 220_000 });
    info.annotations.push({ type: 'training', description: `${(Date.now() - startMs) / 1000} s on ${engine}` });
    if (computed) {
      expect(Date.now() - startMs, 'a training of seconds').toBeLessThan(30_000);
      const tasksMs = await computed();
      expect(tasksMs.length, 'tasks on the page while it trained').toBeGreaterThan(10);
      expect(Math.max(...tasksMs), 'the longest of them, ms').toBeLessThan(50);
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
