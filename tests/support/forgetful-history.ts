/** A history that copies what it is given, as storing does, and keeps nothing: for imports larger than memory. */
import type { History } from '../../src/lib/domain/ports';
import { createMemoryHistory } from './memory-history';

/** Appending costs a copy of the blocks; everything else is an empty memory history. */
export function createForgetfulHistory(): History {
  return {
    ...createMemoryHistory(),
    appendReadings: (blocks) => {
      structuredClone(blocks);
      return Promise.resolve();
    }
  };
}
