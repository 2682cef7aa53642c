/** A stored recording, stretch by stretch, so that memory stays bounded however long it is. */
import type { Asset } from '../domain/asset';
import type { History } from '../domain/ports';
import type { ReadingBlock } from '../domain/reading-block';

const stretchRows = 20_000;

/** Every block once, in time order: one that reaches into the next stretch is read with both. */
export async function* readStretches(
  history: Pick<History, 'readReadings'>,
  { id, t0Ms, t1Ms, stepMs }: Pick<Asset, 'id' | 't0Ms' | 't1Ms' | 'stepMs'>
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
