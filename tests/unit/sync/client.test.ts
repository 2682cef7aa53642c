import { describe, expect, it } from 'vitest';
import type { PullPage } from '$lib/domain/ledger';
import type { Operation, OperationResult } from '$lib/domain/operation';
import { createSyncClient } from '$lib/sync/client';
import { hlcMs, maxAheadMs } from '$lib/sync/clock';
import type { PushAnswer, PushRequest } from '$lib/sync/protocol';
import type { Reply, SyncTransport, Trouble } from '$lib/sync/transport';
import type { Caller } from '../../../src/server/api/route';
import { pullChanges } from '../../../src/server/sync/pull';
import { pushOperations } from '../../../src/server/sync/push';
import { createLedgerDisk, createMemoryLedger } from '../../support/memory-ledger';
import { createMemorySyncStore, createStoreDisk } from '../../support/memory-sync-store';
import { draftComment, sampleEntity } from '../../support/operation-samples';

const applied = ({ seq, opId }: Operation): OperationResult => ({ seq, opId, outcome: 'applied' });
const answerTo = ({ operations }: PushRequest, part: Partial<PushAnswer> = {}): Reply<PushAnswer> => ({
  ok: true,
  value: { results: operations.map(applied), lastSeq: operations.at(-1)!.seq, halted: null, aheadMs: 0, ...part }
});
const pageOf = (part: Partial<PullPage>): Reply<PullPage> => ({
  ok: true,
  value: { changes: [], cursor: 0, lastSeq: 0, more: false, resetRequired: false, ...part }
});
const trouble = (kind: Trouble['kind']): { ok: false; trouble: Trouble } => ({ ok: false, trouble: { kind } });

/** A device whose backend answers as scripted; what the script leaves open is settled, and nothing is new. */
function createDevice(
  script: { pushes?: ((request: PushRequest) => Reply<PushAnswer>)[]; pulls?: Reply<PullPage>[] } = {}
) {
  let ids = 0;
  let lastSeq = 0;
  const ledger = createMemoryLedger(createLedgerDisk(), { now: () => 1_000_000, newId: () => `id-${++ids}` });
  const asked: string[] = [];
  const transport: SyncTransport = {
    async push(request) {
      asked.push(`push ${request.operations[0]!.seq}+${request.operations.length}`);
      const reply = (script.pushes?.shift() ?? answerTo)(request);
      if (reply.ok) lastSeq = Math.max(lastSeq, reply.value.lastSeq);
      return reply;
    },
    async pull(_, cursor) {
      asked.push(`pull ${cursor}`);
      return script.pulls?.shift() ?? pageOf({ cursor, lastSeq });
    }
  };
  const client = createSyncClient({ ledger, transport, lock: (work) => work(), clock: { now: () => 7 } });
  const write = (count: number, from = 0) =>
    ledger.commit(
      Array.from({ length: count }, (_, i) => draftComment(`c${from + i}`)),
      ''
    );
  return { ledger, client, transport, asked, write };
}

describe('syncOnce', () => {
  it('pushes in batches, then pulls until there is no more', async () => {
    const change = sampleEntity('comment', draftComment('x'), 4);
    const { client, ledger, asked, write } = createDevice({
      pulls: [pageOf({ changes: [change], cursor: 4, lastSeq: 1200, more: true }), pageOf({ cursor: 6, lastSeq: 1200 })]
    });
    await write(1200);
    expect(await client.syncOnce()).toEqual({ kind: 'done', pushed: 1200, pulled: 1 });
    expect(asked).toEqual(['push 1+500', 'push 501+500', 'push 1001+200', 'pull 0', 'pull 4']);
    expect(await ledger.device()).toMatchObject({ settledSeq: 1200, cursor: 6 });
    expect(client.status()).toMatchObject({ pending: 0, lastSuccessMs: 7, isRunning: false, last: { kind: 'done' } });
  });

  it('has more on its way while it stores what has come', async () => {
    const pulls = [pageOf({ cursor: 4, lastSeq: 600, more: true }), pageOf({ cursor: 6, lastSeq: 600 })];
    const { ledger, transport, asked, write } = createDevice({ pulls });
    await write(600);
    const noting = <Args extends unknown[], T>(word: string, work: (...args: Args) => T) => {
      return (...args: Args) => (asked.push(word), work(...args));
    };
    const slow = {
      ...ledger,
      settle: noting('settle', ledger.settle),
      integrate: noting('integrate', ledger.integrate)
    };
    const client = createSyncClient({ ledger: slow, transport, lock: (work) => work(), clock: { now: () => 7 } });
    expect(await client.syncOnce()).toMatchObject({ kind: 'done', pushed: 600 });
    const pushing = ['push 1+500', 'push 501+100', 'settle', 'settle'];
    expect(asked).toEqual([...pushing, 'pull 0', 'pull 4', 'integrate', 'integrate']);
  });

  it('reads the next batch while one travels, and what was written meanwhile after it', async () => {
    const { ledger, transport, asked, write } = createDevice();
    await write(600);
    const reading = {
      ...ledger,
      operations: (from: number, limit: number) => (asked.push(`read ${from}`), ledger.operations(from, limit))
    };
    const travelling: SyncTransport = {
      ...transport,
      async push(request) {
        const reply = await transport.push(request);
        if (request.operations[0]!.seq === 501) await write(1, 600);
        return reply;
      }
    };
    const parts = { ledger: reading, transport: travelling, lock: <T>(work: () => Promise<T>) => work() };
    const client = createSyncClient({ ...parts, clock: { now: () => 7 } });
    expect(await client.syncOnce()).toMatchObject({ kind: 'done', pushed: 601 });
    const pushing = ['read 501', 'push 1+500', 'read 601', 'push 501+100', 'read 601', 'read 602', 'push 601+1'];
    expect(asked).toEqual([...pushing, 'read 602', 'pull 0']);
  });

  it.each(['signed-out', 'outdated', 'unreachable', 'bad-answer'] as const)(
    'keeps everything and stops at %s',
    async (kind) => {
      const { client, ledger, asked, write } = createDevice({ pushes: [() => trouble(kind)] });
      await write(3);
      const outcome = await client.syncOnce();
      expect(outcome).toEqual(
        kind === 'signed-out' || kind === 'outdated' ? { kind: 'paused', why: kind } : { kind: 'later', why: kind }
      );
      expect(asked).toEqual(['push 1+3']);
      expect(await ledger.pendingCount()).toBe(3);
      expect(client.status()).toMatchObject({ pending: 3, lastSuccessMs: null });
      expect(await client.syncOnce()).toMatchObject({ kind: 'done', pushed: 3 });
    }
  );

  it.each(['forbidden', 'unacceptable'] as const)('still hears of others where pushing is %s', async (kind) => {
    const { client, ledger, asked, write } = createDevice({ pushes: [() => trouble(kind)] });
    await write(1);
    expect(await client.syncOnce()).toEqual({ kind: 'paused', why: kind });
    expect(asked).toEqual(['push 1+1', 'pull 0']);
    expect(await ledger.pendingCount()).toBe(1);
  });

  it('halves a batch that is too large, and pauses at one operation that is', async () => {
    const small = (request: PushRequest) => (request.operations.length > 2 ? trouble('too-large') : answerTo(request));
    const { client, asked, write } = createDevice({ pushes: Array<typeof small>(10).fill(small) });
    await write(7);
    expect(await client.syncOnce()).toMatchObject({ kind: 'done', pushed: 7 });
    expect(asked).toEqual(['push 1+7', 'push 1+4', 'push 1+2', 'push 3+2', 'push 5+2', 'push 7+1', 'pull 0']);

    const never = createDevice({ pushes: Array<() => Reply<PushAnswer>>(5).fill(() => trouble('too-large')) });
    await never.write(2);
    expect(await never.client.syncOnce()).toEqual({ kind: 'paused', why: 'too-large' });
    expect(never.asked).toEqual(['push 1+2', 'push 1+1', 'pull 0']);
  });

  it('goes on behind what was answered before it was cut off', async () => {
    const { client, asked, write } = createDevice({ pushes: [answerTo, () => trouble('unreachable')] });
    await write(600);
    expect(await client.syncOnce()).toMatchObject({ kind: 'later' });
    expect(client.status().pending).toBe(100);
    await client.syncOnce();
    expect(asked).toEqual(['push 1+500', 'push 501+100', 'push 501+100', 'pull 0']);
  });

  it('takes no answer that does not fit to what it asked', async () => {
    const strange: ((request: PushRequest) => Reply<PushAnswer>)[] = [
      (request) => answerTo(request, { results: [] }),
      (request) =>
        answerTo(request, { results: request.operations.map((each) => ({ ...applied(each), opId: 'another' })) }),
      (request) =>
        answerTo(request, { results: [...request.operations.map(applied), { seq: 9, opId: 'x', outcome: 'applied' }] })
    ];
    const { client, ledger, write } = createDevice({ pushes: strange });
    await write(2);
    for (let i = 0; i < 3; i++) expect(await client.syncOnce()).toEqual({ kind: 'later', why: 'bad-answer' });
    expect(await ledger.pendingCount()).toBe(2);
    const back = createDevice({ pulls: [pageOf({ cursor: 5 }), pageOf({ cursor: 4 })] });
    await back.client.syncOnce();
    expect(await back.client.syncOnce()).toEqual({ kind: 'later', why: 'bad-answer' });
  });

  it('shows refusals as conflicts', async () => {
    const refuse = ({ operations }: PushRequest): Reply<PushAnswer> =>
      answerTo(
        { deviceId: '', operations },
        {
          results: operations.map(({ seq, opId }) => ({
            seq,
            opId,
            outcome: 'refused',
            code: 'forbidden',
            detail: ''
          })),
          aheadMs: 90_000
        }
      );
    const { client, write } = createDevice({ pushes: [refuse] });
    await write(2);
    const seen: number[] = [];
    client.onStatus(({ conflicts }) => void seen.push(conflicts));
    expect(await client.syncOnce()).toMatchObject({ kind: 'done' });
    expect(client.status()).toMatchObject({ conflicts: 2, pending: 0, aheadMs: 90_000 });
    expect(seen.at(-1)).toBe(2);
  });

  it('begins again where the backend asks for it', async () => {
    const change = sampleEntity('comment', draftComment('x'), 4);
    const { client, ledger, asked } = createDevice({
      pulls: [
        pageOf({ changes: [change], cursor: 9 }),
        pageOf({ resetRequired: true, more: true }),
        pageOf({ changes: [{ ...change, rev: 20 }], cursor: 20 })
      ]
    });
    await client.syncOnce();
    expect(await client.syncOnce()).toMatchObject({ kind: 'done' });
    expect(asked).toEqual(['pull 0', 'pull 9', 'pull 0']);
    expect(await ledger.entity('comment', 'x')).toMatchObject({ rev: 20 });
  });

  it('sends again what the backend has lost, told by a gap or by a pull', async () => {
    const gap = createDevice({
      pushes: [answerTo, (request) => answerTo(request, { results: [], lastSeq: 1, halted: { code: 'gap', seq: 2 } })]
    });
    await gap.write(3);
    await gap.client.syncOnce();
    await gap.write(1, 3);
    expect(await gap.client.syncOnce()).toMatchObject({ kind: 'done' });
    expect(gap.asked).toEqual(['push 1+3', 'pull 0', 'push 4+1', 'push 2+3', 'pull 0']);

    const quiet = createDevice({ pulls: [pageOf({ cursor: 3, lastSeq: 3 }), pageOf({ cursor: 3, lastSeq: 0 })] });
    await quiet.write(3);
    await quiet.client.syncOnce();
    expect(await quiet.client.syncOnce()).toMatchObject({ kind: 'done' });
    expect(quiet.asked).toEqual(['push 1+3', 'pull 0', 'pull 3', 'push 1+3', 'pull 0']);
  });

  it('takes a new device id where another store goes by its own', async () => {
    const forked = (request: PushRequest) =>
      answerTo(request, { results: [applied(request.operations[0]!)], lastSeq: 2, halted: { code: 'forked', seq: 2 } });
    const { client, ledger, write } = createDevice({ pushes: [forked] });
    await write(3);
    const { deviceId } = await ledger.device();
    expect(await client.syncOnce()).toMatchObject({ kind: 'done' });
    expect((await ledger.device()).deviceId).not.toBe(deviceId);
    expect(await ledger.device()).toMatchObject({ seq: 2, settledSeq: 2 });

    const behind = createDevice({ pulls: [pageOf({ lastSeq: 5 })] });
    await behind.client.syncOnce();
    expect((await behind.ledger.device()).deviceId).not.toBe('id-1');

    // What is pending may be known to the backend under the old id: it must not be sent under a new one before a push has told.
    const unsure = createDevice({ pushes: [() => trouble('forbidden')], pulls: [pageOf({ lastSeq: 5 })] });
    await unsure.write(1);
    expect(await unsure.client.syncOnce()).toEqual({ kind: 'later', why: 'bad-answer' });
    expect(await unsure.ledger.device()).toMatchObject({ deviceId: 'id-1', settledSeq: 0, seq: 1 });
  });

  it('keeps what a backend that is older cannot read, hears what others did, and sends it once the backend is updated', async () => {
    const held = (request: PushRequest) =>
      answerTo(request, { results: [applied(request.operations[0]!)], lastSeq: 1, halted: { code: 'newer', seq: 2 } });
    const changes = ['c0', 'x'].map((id, i) => sampleEntity('comment', draftComment(id), 3 + i));
    const { client, ledger, asked, write } = createDevice({
      pushes: [held],
      pulls: [pageOf({ changes, cursor: 4, lastSeq: 1 })]
    });
    await write(3);
    const { deviceId } = await ledger.device();
    expect(await client.syncOnce()).toEqual({ kind: 'later', why: 'older-backend' });
    expect(await ledger.device()).toMatchObject({ deviceId, seq: 3, settledSeq: 1, cursor: 4 });
    expect(await ledger.conflicts()).toEqual([]);
    expect((await ledger.entities({ kind: 'comment' })).map(({ id }) => id).sort()).toEqual(['c0', 'c1', 'c2', 'x']);
    expect(await client.syncOnce()).toMatchObject({ kind: 'done', pushed: 2 });
    expect(asked).toEqual(['push 1+3', 'pull 0', 'push 2+2', 'pull 4']);
    expect(client.status().pending).toBe(0);
  });

  it('is heard by its own time again once its clock, which was years ahead, is right', async () => {
    const serverMs = Date.UTC(2026, 10, 22);
    let nowMs = Date.UTC(2100, 0, 1);
    let ids = 0;
    const ledger = createMemoryLedger(createLedgerDisk(), { now: () => nowMs, newId: () => `id-${++ids}` });
    const store = createMemorySyncStore(createStoreDisk());
    const anybody: Caller = { kind: 'nobody' };
    const transport: SyncTransport = {
      push: async (request) => ({ ok: true, value: await pushOperations(store, anybody, request, serverMs) }),
      pull: async (deviceId, cursor) => ({ ok: true, value: await pullChanges(store, anybody, cursor, 100, deviceId) })
    };
    const client = createSyncClient({ ledger, transport, lock: (work) => work(), clock: { now: () => nowMs } });
    const writtenMs = async (id: string) => hlcMs((await ledger.commit([draftComment(id)], ''))[0]!.hlc);

    expect(await writtenMs('a')).toBe(nowMs);
    await client.syncOnce();
    expect(client.status().aheadMs).toBeGreaterThan(0);
    // What is still pending keeps the order it was made in.
    await writtenMs('b');
    nowMs = serverMs;
    await client.syncOnce();
    for (const id of ['c', 'd']) {
      expect(await writtenMs(id)).toBe(serverMs + maxAheadMs);
      await client.syncOnce();
      expect(client.status().aheadMs).toBe(0);
    }
    nowMs = serverMs + maxAheadMs + 1;
    expect(await writtenMs('e')).toBe(nowMs);
  });

  it('does not repair for ever', async () => {
    const forked = (request: PushRequest) => answerTo(request, { results: [], halted: { code: 'forked', seq: 1 } });
    const { client, ledger, asked, write } = createDevice({ pushes: Array<typeof forked>(10).fill(forked) });
    await write(2);
    expect(await client.syncOnce()).toEqual({ kind: 'later', why: 'bad-answer' });
    expect(asked).toHaveLength(3);
    expect(await ledger.pendingCount()).toBe(2);
    const foreign = createDevice({
      pushes: Array<typeof forked>(5).fill((request) =>
        answerTo(request, { results: [], halted: { code: 'not-your-device', seq: 0 } })
      )
    });
    await foreign.write(1);
    expect(await foreign.client.syncOnce()).toEqual({ kind: 'paused', why: 'forbidden' });
  });
});
