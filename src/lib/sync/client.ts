/**
 * Brings a device's ledger and the backend together: pushes what is pending, then pulls what has changed. Everything it knows lies in the
 * ledger, so it can be cut off anywhere and goes on from there. It must not know when to run (`triggers.ts`) or how requests travel.
 */
import type { Clock } from '../domain/clock';
import type { Ledger, PullPage } from '../domain/ledger';
import type { Operation, OperationResult } from '../domain/operation';
import type { PauseCause, SyncOutcome, SyncStatus } from '../domain/sync-status';
import { pushLimit, type Halt } from './protocol';
import type { Reply, SyncTransport, Trouble } from './transport';

export interface SyncClient {
  /** Push and pull, one at a time on the device. Rejects only where the ledger fails. */
  syncOnce(): Promise<SyncOutcome>;
  status(): SyncStatus;
  /** Calls back with each new status. */
  onStatus(tell: (status: SyncStatus) => void): () => void;
  /** Counts anew what is pending, after the ledger was written to. */
  refresh(): Promise<void>;
}

export interface SyncClientParts {
  ledger: Ledger;
  transport: SyncTransport;
  /** Runs the work when no other tab of the device does such work. */
  lock: <T>(work: () => Promise<T>) => Promise<T>;
  clock: Pick<Clock, 'now'>;
}

/** Creates the client. */
export function createSyncClient({ ledger, transport, lock, clock }: SyncClientParts): SyncClient {
  const listeners = new Set<(status: SyncStatus) => void>();
  let status: SyncStatus = {
    isRunning: false,
    pending: 0,
    conflicts: 0,
    lastSuccessMs: null,
    last: null,
    aheadMs: 0
  };

  function change(part: Partial<SyncStatus>): void {
    status = { ...status, ...part };
    for (const tell of [...listeners]) tell(status);
  }

  async function refresh(): Promise<void> {
    change({ pending: await ledger.pendingCount(), conflicts: (await ledger.conflicts()).length });
  }

  async function exchange(): Promise<SyncOutcome> {
    let pushed = 0;
    let pulled = 0;
    // A backend put back to an earlier day, or a device id in use twice, is dealt with once; what is left is for the next time.
    for (let repairs = 0; ; repairs++) {
      const push = await pushAll();
      if (push.kind === 'halted' && repairs < 2) {
        await repair(push.halt);
        continue;
      }
      if (push.kind === 'halted') return push.halt.code === 'not-your-device' ? paused('forbidden') : badAnswer;
      if (push.kind === 'failed' && !isAboutPush(push.trouble)) return outcomeOf(push.trouble);
      pushed += push.kind === 'failed' ? 0 : push.count;

      const pull = await pullAll();
      if (pull.kind === 'failed') return outcomeOf(pull.trouble);
      pulled += pull.count;
      if (push.kind === 'failed') return outcomeOf(push.trouble);
      // The backend has lost what it had settled: `pullAll` has made it pending again.
      if (!pull.isBehind || repairs >= 2) return { kind: 'done', pushed, pulled };
    }
  }

  type Part = { kind: 'all'; count: number } | { kind: 'failed'; trouble: Trouble };

  async function pushAll(): Promise<Part | { kind: 'halted'; halt: Halt }> {
    const { deviceId } = await ledger.device();
    const read = (after: Operation[]) => ledger.operations(after.at(-1)!.seq + 1, limit);
    /** The next ones are read while these travel. */
    function send(operations: Operation[]) {
      if (operations.length === 0) return null;
      const next = read(operations);
      // Not needed where these come back; a ledger that fails is heard of when it is.
      next.catch(() => {});
      return { operations, next, reply: transport.push({ deviceId, operations }) };
    }
    let limit = pushLimit;
    let sent = send(await ledger.pending(limit));
    for (let count = 0; ;) {
      if (!sent) return { kind: 'all', count };
      const { operations } = sent;
      const reply = await sent.reply;
      if (!reply.ok) {
        if (reply.trouble.kind !== 'too-large' || operations.length === 1)
          return { kind: 'failed', trouble: reply.trouble };
        limit = Math.ceil(operations.length / 2);
        sent = send(operations.slice(0, limit));
        continue;
      }
      const { results, halted, aheadMs } = reply.value;
      const fits = results.every(({ seq, opId }, i) => seq === operations[i]?.seq && opId === operations[i]?.opId);
      if (!fits || (results.length < operations.length && !halted))
        return { kind: 'failed', trouble: { kind: 'bad-answer' } };
      const next = await sent.next;
      // The backend works on the next ones while these are settled. Some may have been made since they were read.
      sent = halted ? null : send(next.length > 0 ? next : await read(operations));
      await ledger.settle(results satisfies OperationResult[], aheadMs);
      count += results.length;
      change({ aheadMs });
      if (halted?.code === 'newer') return { kind: 'failed', trouble: { kind: 'older-backend' } };
      if (halted) return { kind: 'halted', halt: halted };
    }
  }

  async function pullAll(): Promise<(Part & { kind: 'failed' }) | { kind: 'all'; count: number; isBehind: boolean }> {
    let count = 0;
    /** The page that is asked for while the one before it is laid down. */
    let ahead: { cursor: number; reply: Promise<Reply<PullPage>> } | null = null;
    for (let resets = 0; ;) {
      const { deviceId, seq, cursor, settledSeq } = await ledger.device();
      const reply: Reply<PullPage> = await (ahead?.cursor === cursor ? ahead.reply : transport.pull(deviceId, cursor));
      ahead = null;
      if (!reply.ok) return { kind: 'failed', trouble: reply.trouble };
      const page: PullPage = reply.value;
      // The backend has operations of this device that it does not know itself: an earlier copy of its store was put back.
      if (page.lastSeq > seq) {
        // Some of what is pending may be among them: only a push can tell, and it has not come through.
        if (settledSeq < seq) return { kind: 'failed', trouble: { kind: 'bad-answer' } };
        if (++resets > 2) return { kind: 'failed', trouble: { kind: 'bad-answer' } };
        await ledger.renew();
        continue;
      }
      const isBehind = page.lastSeq < settledSeq;
      if (page.resetRequired || isBehind) {
        if (++resets > 2) return { kind: 'failed', trouble: { kind: 'bad-answer' } };
        await ledger.integrate(startAgain(page.lastSeq));
        if (isBehind) return { kind: 'all', count, isBehind };
        continue;
      }
      if (page.cursor < cursor) return { kind: 'failed', trouble: { kind: 'bad-answer' } };
      if (page.more) ahead = { cursor: page.cursor, reply: transport.pull(deviceId, page.cursor) };
      await ledger.integrate(page);
      count += page.changes.length;
      if (!page.more) return { kind: 'all', count, isBehind: false };
    }
  }

  async function repair({ code, seq }: Halt): Promise<void> {
    if (code === 'gap') await ledger.integrate(startAgain(seq - 1));
    else if (code !== 'not-your-device') await ledger.renew();
  }

  return {
    syncOnce: () =>
      lock(async () => {
        change({ isRunning: true });
        try {
          const last = await exchange();
          change(last.kind === 'done' ? { last, lastSuccessMs: clock.now() } : { last });
          return last;
        } finally {
          change({ isRunning: false });
          await refresh();
        }
      }),
    status: () => status,
    onStatus(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    refresh
  };
}

const badAnswer: SyncOutcome = { kind: 'later', why: 'bad-answer' };

/** Trouble with what is pushed is no reason not to hear what others did. */
function isAboutPush({ kind }: Trouble): boolean {
  return kind === 'forbidden' || kind === 'too-large' || kind === 'unacceptable' || kind === 'older-backend';
}

function outcomeOf(trouble: Trouble): SyncOutcome {
  switch (trouble.kind) {
    case 'unreachable':
      return trouble.afterMs === undefined
        ? { kind: 'later', why: 'unreachable' }
        : { kind: 'later', why: 'unreachable', afterMs: trouble.afterMs };
    case 'bad-answer':
      return badAnswer;
    case 'older-backend':
      return { kind: 'later', why: 'older-backend' };
    case 'signed-out':
    case 'forbidden':
    case 'outdated':
    case 'too-large':
    case 'unacceptable':
      return paused(trouble.kind);
  }
}

function paused(why: PauseCause): SyncOutcome {
  return { kind: 'paused', why };
}

/** Everything is pulled anew; what the backend no longer has of this device is pending again. */
function startAgain(lastSeq: number): PullPage {
  return { changes: [], cursor: 0, lastSeq, more: true, resetRequired: true };
}
