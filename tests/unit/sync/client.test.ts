import { describe, expect, it } from 'vitest';
import type { PullPage } from '$lib/domain/ledger';
import type { Operation, OperationResult } from '$lib/domain/operation';
import { createSyncClient } from '$lib/sync/client';
import type { PushAnswer, PushRequest } from '$lib/sync/protocol';
import type { Reply, SyncTransport, Trouble } from '$lib/sync/transport';
import { createLedgerDisk, createMemoryLedger } from '../../support/memory-ledger';
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
