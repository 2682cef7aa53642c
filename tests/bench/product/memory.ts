/** Memory of processes, from the kernel's tables. */
import { readFileSync } from 'node:fs';

/** Memory of these processes together, MB, pages that they share counted once; NaN where there are no such tables. */
export function readMemoryMb(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of pids) {
    try {
      kib += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
    } catch {
      continue; // ended meanwhile, or no such tables at all
    }
  }
  return kib === 0 ? NaN : (kib * 1024) / 1e6;
}
