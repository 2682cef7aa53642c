/**
 * Who is asked when on a Modbus line: each round at its own pace, first come first served, one at a time. A device that is silent is
 * asked ever less often, so that it holds up the others ever less. Paces are timers and no wall clock, which may jump.
 */
import type { Clock } from '../../domain/clock';
import type { SourceListener } from '../../domain/source';
import { askRound } from './device';
import type { Asked, Round } from './device';
import type { ModbusMaster } from './master';

export interface Poller {
  /** Ends for good. */
  stop(): void;
}

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** The wait, ms, after so many silent rounds in a row; never shorter than the pace. */
export function waitAfterSilence(silences: number, pollMs: number): number {
  return Math.max(pollMs, Math.min(longestWaitMs, firstWaitMs * 2 ** (silences - 1)));
}

/** Asks all rounds at once, and then each at its pace. */
export function startPolling(
  rounds: readonly Round[],
  master: ModbusMaster,
  clock: Clock,
  listener: Pick<SourceListener, 'readings' | 'loss' | 'stale'>
): Poller {
  const queue: Round[] = [];
  const timers = new Map<Round, () => void>();
  /** Silent rounds in a row, by device. */
  const silences = new Map<number, number>();
  let isBusy = false;
  let isStopped = false;

  function schedule(round: Round, milliseconds: number): void {
    timers.get(round)?.();
    timers.set(
      round,
      clock.after(milliseconds, () => becomeDue(round))
    );
  }

  function becomeDue(round: Round): void {
    if (!queue.includes(round)) queue.push(round);
    void work();
  }

  async function work(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (let round = queue.shift(); round && !isStopped; round = queue.shift()) {
      schedule(round, round.pollMs);
      const asked = await askRound(round, master, clock);
      if (asked === null || isStopped) return;
      tell(round, asked);
    }
    isBusy = false;
  }

  function tell(round: Round, { reading, losses, isSilent }: Asked): void {
    for (const loss of losses) listener.loss(loss);
    if (reading) listener.readings([reading]);
    if (isSilent) fallSilent(round.address);
    else silences.delete(round.address);
  }

  function fallSilent(address: number): void {
    const count = (silences.get(address) ?? 0) + 1;
    silences.set(address, count);
    for (const round of rounds) {
      if (round.address !== address) continue;
      if (queue.includes(round)) queue.splice(queue.indexOf(round), 1);
      schedule(round, waitAfterSilence(count, round.pollMs));
    }
    if (count > 1) return;
    const { asset } = rounds.find((round) => round.address === address)!;
    // Another device may still speak for the asset.
    const isDead = rounds.every((round) => round.asset !== asset || silences.has(round.address));
    if (isDead) listener.stale(asset, clock.now());
  }

  for (const round of rounds) schedule(round, 0);
  return {
    stop() {
      isStopped = true;
      for (const cancel of timers.values()) cancel();
      master.stop();
    }
  };
}
