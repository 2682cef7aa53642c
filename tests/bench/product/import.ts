/**
 * The import as a person does it: a file chosen on the page, understood, imported and on the disk. Beside it PapaParse alone, in a thread
 * of the same browser, parsing the same file into nothing. Each run has a browser with an empty profile.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findMedian } from '../statistics';
import { measureFor, openBrowser, type OwnPage } from './browser';
import { writeCsv } from './csv-file';
import type { SectionRun } from './figure';
import { countDropped, longestGap } from './frames';
import { openPeer } from './peer';

const patienceMs = 1_200_000;
const memoryEveryS = 0.25;

export async function measureImport(run: SectionRun): Promise<void> {
  await measureSpeed(run);
  await measureSmoothness(run);
  await measureMemory(run);
}

/** A million rows of ten channels against PapaParse, in turns. */
async function measureSpeed(run: SectionRun): Promise<void> {
  const rows = run.isTrial ? 50_000 : 1_000_000;
  const file = join(run.scratch, 'million.csv');
  const bytes = await writeCsv(file, rows, 10);
  const peer = await openPeer();
  const papa: number[] = [];
  const opening: number[] = [];
  const importing: number[] = [];
  try {
    for (let turn = 0; turn < (run.isTrial ? 1 : 3); turn++) {
      const parsed = await peer.parse(file, join(run.scratch, `peer ${turn}`));
      if (parsed.rows !== rows + 1) throw new Error(`PapaParse found ${parsed.rows} rows of ${rows + 1}`);
      papa.push(parsed.ms);
      const done = await withBrowser(run, `speed ${turn}`, (own) => importFile(own, run.origin, file));
      opening.push(done.opening.ms);
      importing.push(done.importing.ms);
      run.say(
        `  PapaParse ${parsed.ms.toFixed(0)} ms, opening ${done.opening.ms.toFixed(0)} ms, importing ${done.importing.ms.toFixed(0)} ms`
      );
    }
  } finally {
    peer.close();
  }
  rmSync(file);
  const whole = opening.map((ms, i) => ms + importing[i]!);
  const what = `${rows.toLocaleString('en')} rows × 10`;
  run.add(`${what}: PapaParse alone`, findMedian(papa) / 1000, 's');
  run.add(`${what}: opened and looked through`, findMedian(opening) / 1000, 's');
  run.add(`${what}: imported with checks and stored`, findMedian(importing) / 1000, 's', run.isTrial ? null : 10);
  run.add(`${what}: importing against PapaParse`, findMedian(importing.map((ms, i) => ms / papa[i]!)), '×', 1.5);
  run.add(`${what}: opening and importing against PapaParse`, findMedian(whole.map((ms, i) => ms / papa[i]!)), '×');
  run.note(`${(bytes / 1e6).toFixed(0)} MB; the time of an import runs from the click to the new pump's page.`);
}

/**
 * Whether the page's frames go on meanwhile. Beside them those that the machine drops anyhow: with nothing to do, and on a page that draws
 * nothing while a thread of it parses the same file.
 */
async function measureSmoothness(run: SectionRun): Promise<void> {
  const rows = run.isTrial ? 20_000 : 200_000;
  const file = join(run.scratch, 'wide.csv');
  await writeCsv(file, rows, 20);
  const peer = await openPeer();
  const control: number[][] = [];
  const ours: Imported[] = [];
  try {
    for (let turn = 0; turn < (run.isTrial ? 1 : 3); turn++) {
      control.push((await peer.parse(file, join(run.scratch, `control ${turn}`))).gapsMs);
      ours.push(await withBrowser(run, `smooth ${turn}`, (own) => importFile(own, run.origin, file)));
    }
  } finally {
    peer.close();
  }
  const what = `${rows.toLocaleString('en')} rows × 20`;
  const tell = (when: string, gaps: number[][], goal: number | null) => {
    run.add(`${what}: frames dropped ${when}`, findMedian(gaps.map(countDropped)), '', goal);
    run.add(`${what}: longest time between frames ${when}`, findMedian(gaps.map(longestGap)), 'ms');
  };
  tell(
    'with nothing to do',
    ours.map(({ idle }) => idle.gapsMs),
    null
  );
  tell('by an empty page whose thread parses with PapaParse', control, null);
  tell(
    'while opening',
    ours.map(({ opening }) => opening.gapsMs),
    0
  );
  tell(
    'while importing',
    ours.map(({ importing }) => importing.gapsMs),
    0
  );
  run.note(`dropped frames and longest times are medians of ${ours.length} runs, of a display of 60 Hz.`);
  rmSync(file);
}

/** What a file far larger than memory should hold takes of it. */
async function measureMemory(run: SectionRun): Promise<void> {
  const rows = run.isTrial ? 200_000 : 10_000_000;
  const file = join(run.scratch, 'large.csv');
  const bytes = await writeCsv(file, rows, 10);
  const { addedMb, importing } = await withBrowser(run, 'large', (own) => importFile(own, run.origin, file));
  const what = `${(bytes / 1e6).toFixed(0)} MB file`;
  run.add(`${what}: memory added at most, all processes`, addedMb, 'MB');
  run.add(`${what}: imported with checks and stored`, importing.ms / 1000, 's');
}

interface Phase {
  ms: number;
  /** Between frames of the page. */
  gapsMs: number[];
}

interface Imported {
  idle: Phase;
  opening: Phase;
  importing: Phase;
  /** Memory of all processes at most, above that before. */
  addedMb: number;
}

async function importFile(own: OwnPage, origin: string, file: string): Promise<Imported> {
  const { page } = own;
  await own.open(`${origin}/import`);
  const phase = async (work: () => Promise<unknown>): Promise<Phase> => {
    await own.takeProbe();
    const startMs = performance.now();
    await work();
    return { ms: performance.now() - startMs, gapsMs: (await own.takeProbe()).frameGapsMs };
  };
  const idle = await phase(() => measureFor(2));
  const memory = await watchMemory(own);
  // By selectors: to find something by its role, every element's role is worked out, on the page's own thread.
  const button = page.locator('main header button.primary');
  const opening = await phase(async () => {
    await page.locator('main input[type=file]').setInputFiles(file);
    await button.waitFor({ timeout: patienceMs });
  });
  const importing = await phase(async () => {
    await button.click();
    await page.waitForURL(/\/pumps\//, { timeout: patienceMs, waitUntil: 'commit' });
  });
  return { idle, opening, importing, addedMb: await memory.stop() };
}

/** Looks at the memory until it is stopped, and tells by how much it had grown at most. */
async function watchMemory({ usage }: OwnPage): Promise<{ stop(): Promise<number> }> {
  const before = (await usage()).memoryMb;
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, (await usage()).memoryMb);
      await measureFor(memoryEveryS);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return most - before;
    }
  };
}

async function withBrowser<T>(run: SectionRun, name: string, work: (own: OwnPage) => Promise<T>): Promise<T> {
  const own = await openBrowser(run.scratch, name);
  try {
    return await work(own);
  } finally {
    await own.close();
    rmSync(join(run.scratch, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
