/**
 * The range proposed as healthy before a person looks: the first rows of a recording. It sits in `prepare` because it precedes
 * every fit. It sees times only, so that no label can leak into a training.
 */
import type { HealthyRange } from '../domain/healthy-range';
import type { ReadingBlock } from '../domain/reading-block';
import type { HealthyRule } from '../domain/recipe';
import { fail, ok, type Result } from '../domain/result';

/**
 * Proposes the first `share` of the rows, but at least `minRows` and at most `maxRows`, over blocks in time order.
 * Fewer than `minRows` rows in all is the fault `too-little-healthy-data`.
 */
export function proposeHealthyRange(blocks: Pick<ReadingBlock, 't'>[], rule: HealthyRule): Result<HealthyRange> {
  const total = blocks.reduce((sum, block) => sum + block.t.length, 0);
  if (total < Math.max(1, rule.minRows)) {
    return fail('too-little-healthy-data', 'readings', `${total} rows`, `at least ${rule.minRows} rows`);
  }
  const wanted = Math.max(1, rule.minRows, Math.round(rule.share * total));
  const rows = Math.min(wanted, rule.maxRows, total);
  return ok({ t0Ms: timeAt(blocks, 0), t1Ms: timeAt(blocks, rows - 1), rows });
}

function timeAt(blocks: Pick<ReadingBlock, 't'>[], row: number): number {
  let before = 0;
  for (const { t } of blocks) {
    if (row < before + t.length) return t[row - before]!;
    before += t.length;
  }
  return NaN;
}
