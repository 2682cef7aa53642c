/** The report's host over the memory doubles, which pass the same contract suites as the databases. */
import { describe, expect, it } from 'vitest';
import type { Asset } from '$lib/domain/asset';
import type { History } from '$lib/domain/ports';
import { joinBlocks } from '$lib/prepare/blocks';
import { createQualityReporter } from '$lib/prepare/quality/report';
import { reportQuality } from '$lib/worker/quality-report';
import { createMemoryHistory } from '../../support/memory-history';
import { createMemoryRecords } from '../../support/memory-records';
import { cutReadings } from '../../support/pump-readings';
import { channels, makePump } from '../prepare/quality/pump-rows';

const block = joinBlocks([makePump(50_000)]);
const asset: Asset = {
  id: 'pump',
  name: 'Pump',
  createdMs: 1,
  source: 'pump.csv',
  channels: [
    ...channels.map((each) => ({ ...each, role: 'reading' as const })),
    { name: 'fault', unit: '', role: 'label' }
  ],
  rows: block.t.length,
  t0Ms: block.t[0]!,
  t1Ms: block.t.at(-1)!,
  stepMs: 1000,
  rejectedRows: 2,
  activeModelId: null
};
const rejected = (['time-runs-back', 'bad-number'] as const).map((reason, line) => ({
  line,
  text: '',
  reason,
  column: '',
  isKept: false
}));

describe('the report of a stored recording', () => {
  it('takes every row once, in stretches, and the rows an import left out', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    await history.appendReadings(cutReadings(block, [7777]));
    await records.addAsset(asset, rejected);
    const spans: number[] = [];
    const watched: Pick<History, 'readReadings'> = {
      readReadings: (id, fromMs = NaN, toMs = NaN) => {
        spans.push(toMs - fromMs);
        return history.readReadings(id, fromMs, toMs);
      }
    };
    const whole = createQualityReporter({ channels, stepMs: 1000 });
    whole.push(block);
    expect(await reportQuality(watched, records, 'pump')).toEqual({
      ok: true,
      value: whole.finish({ runsBack: 1 })
    });
    expect(spans.length).toBe(3);
    expect(Math.max(...spans)).toBeLessThanOrEqual(20_000_000);
  });

  it('names the rows that the import counted, though none of them is on record', async () => {
    const [history, records] = [createMemoryHistory(), createMemoryRecords()];
    await history.appendReadings(cutReadings(block, [7777]));
    await records.addAsset({ ...asset, leftOut: { duplicates: 12, runsBack: 0 } }, rejected);
    const report = await reportQuality(history, records, 'pump');
    const entries = report.ok ? report.value.entries : [];
    expect(entries.find(({ check }) => check === 'duplicate-times')).toMatchObject({
      outcome: 'issue',
      figures: { rows: 12 }
    });
    expect(entries.find(({ check }) => check === 'times-run-back')).toMatchObject({ outcome: 'fine' });
  });

  it('of a pump that is not there is a fault', async () => {
    expect(await reportQuality(createMemoryHistory(), createMemoryRecords(), 'pump')).toMatchObject({
      ok: false,
      fault: { code: 'not-found', found: 'pump' }
    });
  });
});
