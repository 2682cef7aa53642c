/** The data-quality report of a stored recording, read stretch by stretch so that memory stays bounded however long it is. */
import type { History, Records } from '../domain/ports';
import type { QualityReport } from '../domain/quality-report';
import { fail, ok, type Result } from '../domain/result';
import { createQualityReporter } from '../prepare/quality/report';
import { readStretches } from './read-stretches';

/** Reports on the readings of an asset. Where its import did not count the rows it left out, the first of them are on record. */
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
  if (asset.leftOut) return ok(reporter.finish(asset.leftOut));
  const rejected = await records.rejectedRows(assetId);
  return ok(reporter.finish({ runsBack: rejected.filter(({ reason }) => reason === 'time-runs-back').length }));
}
