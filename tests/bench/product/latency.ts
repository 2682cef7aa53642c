/**
 * From a frame's sending to its score on the page: one pump, ten channels at 10 Hz, over a WebSocket. Sender and page share one clock; the
 * end is the moment when the page's frame with the score is done, which is later than its standing in the document.
 */
import { findMedian, findPercentile } from '../statistics';
import { measureFor, openBrowser } from './browser';
import type { SectionRun } from './figure';
import { openGateway } from './gateway';
import { loadModel, setUpPlant } from './prepare';

const asset = 'Bench pump';
const everyMs = 100;
const goalMs = 100;

export async function measureLatency(run: SectionRun): Promise<void> {
  const seconds = run.isTrial ? 10 : 90;
  const gateway = await openGateway(asset, everyMs);
  const own = await openBrowser(run.scratch, 'profile');
  try {
    await setUpPlant(own.page, run.origin, {
      setup: { kind: 'websocket', id: 'gateway', name: 'Gateway', asset, url: gateway.url, format: 'auto' },
      pumps: 1,
      ...loadModel(everyMs)
    });
    await own.open(`${run.origin}/pumps/${encodeURIComponent(asset)}`);
    await own.page.getByTestId('live-score').waitFor({ timeout: 120_000 });
    // The start is not what a person watches for hours.
    await measureFor(run.isTrial ? 2 : 10);
    await own.takeProbe();
    await measureFor(seconds);
    const { shown, frameGapsMs, live } = await own.takeProbe();
    const done = shown.filter(({ doneMs }) => doneMs !== null && !Number.isNaN(doneMs));
    const latencies = done.map(({ sampleMs, doneMs }) => doneMs - sampleMs);
    const inDocument = shown.map(({ sampleMs, inDocumentMs }) => inDocumentMs - sampleMs);
    run.add('score on the page after sending, median', findMedian(latencies), 'ms');
    run.add('score on the page after sending, p95', findPercentile(latencies, 0.95), 'ms');
    run.add('score on the page after sending, p99', findPercentile(latencies, 0.99), 'ms', goalMs);
    run.add('score on the page after sending, most', Math.max(...latencies), 'ms');
    run.add('score in the document after sending, p99', findPercentile(inDocument, 0.99), 'ms');
    run.add('samples shown, of those sent', (100 * shown.length * everyMs) / (1000 * seconds), '%');
    run.add('time between frames of the page, p99', findPercentile(frameGapsMs, 0.99), 'ms');
    run.note(
      `${latencies.length} samples in ${seconds} s on the pump's page, charts running; lost ${live?.lost ?? 'unknown'}.`
    );
  } finally {
    await own.close();
    await gateway.close();
  }
}
