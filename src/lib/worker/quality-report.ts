/** The data-quality report of a stored recording, read stretch by stretch so that memory stays bounded however long it is. */
import type { Asset } from '../domain/asset';
import type { History, Records } from '../domain/ports';
import type { QualityReport } from '../domain/quality-report';
import type { ReadingBlock } from '../domain/reading-block';
import { fail, ok, type Result } from '../domain/result';
import { createQualityReporter } from '../prepare/quality/report';

const stretchRows = 20_000;

/** Reports on the readings of an asset. Of the rows left out those on record are counted, which are the first of them. */
export async function reportQuality(
  history: Pick<History, 'readReadings'>,
  records: Pick<Records, 'asset' | 'rejectedRows'>,
  assetId: string
): Promise<Result<QualityReport>> {
  const asset = await records.asset(assetId);
  if (!asset) return fail('not-found', 'pump', assetId, 'a pump on this device');
  const channels = asset.channels.filter(({ role }) => role === 'reading');
  const reporter = createQualityReporter({ channels, stepMs: asset.stepMs });
  for await (const block of readStretches(history, asset)) reporter.push(block);
  const rejected = await records.rejectedRows(assetId);
  return ok(reporter.finish({ runsBack: rejected.filter(({ reason }) => reason === 'time-runs-back').length }));
}

/** Every block once, in time order: one that reaches into the next stretch is read with both. */
async function* readStretches(
  history: Pick<History, 'readReadings'>,
  { id, t0Ms, t1Ms, stepMs }: Asset
): AsyncGenerator<ReadingBlock> {
  const stretchMs = stepMs > 0 ? stretchRows * stepMs : Infinity;
  let readToMs = -Infinity;
  for (let fromMs = t0Ms; fromMs <= t1Ms; fromMs += stretchMs) {
    for (const block of await history.readReadings(id, fromMs, Math.min(fromMs + stretchMs, t1Ms))) {
      const lastMs = block.t.at(-1);
      if (lastMs === undefined || lastMs <= readToMs) continue;
      readToMs = lastMs;
      yield block;
    }
  }
}
