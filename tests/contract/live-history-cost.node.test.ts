/**
 * What keeping live rows costs the machine: CPU time of the whole browser, its processes for storage and page included.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createOwnBrowser, type OwnBrowser } from '../support/own-browser';

let browser: OwnBrowser | undefined;

afterEach(() => browser?.close());

it.skipIf(!existsSync('/proc/self/stat'))('journalling and sealing take little of a core (needs /proc)', async () => {
  browser = await createOwnBrowser(join(import.meta.dirname, '../support/live-cost.worker.ts'));
  const cpu = new Map<unknown, { seconds: number; ofCore: number }>();
  browser.start();
  for (let report = await browser.next('/phase'); report.path === '/phase';) {
    const [cpuS, clockMs] = [browser.cpuSeconds(), performance.now()];
    const end = await browser.next('/phase-end');
    const seconds = browser.cpuSeconds() - cpuS;
    const ofCore = (1000 * seconds) / (performance.now() - clockMs);
    cpu.set(report.body, { seconds, ofCore });
    console.info({ ...(end.body as object), seconds, ofCore });
    report = await browser.next('/phase', '/end');
  }
  const idle = cpu.get('idle')!.ofCore;
  expect(cpu.get('one pump')!.ofCore - idle, '10 channels and their scores at 50 Hz').toBeLessThan(0.05);
  expect(cpu.get('fleet')!.ofCore - idle, '2,000 readings of 10 channels and their scores a second').toBeLessThan(0.15);
  // Each seal was of a fortieth of 10,000 pumps, and of 80 rows that take 400 s to come.
  const sealing = (40 * (cpu.get('first seal')!.seconds + cpu.get('second seal')!.seconds)) / 800;
  console.info({ sealing });
  expect(sealing, 'a fleet of 10,000, a reading each 5 s').toBeLessThan(0.25);
});
