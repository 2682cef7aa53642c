/** Bugs that people write in software like this one, put in between the real parts. The simulation must find every one of them. */
import type { Ledger } from '$lib/domain/ledger';
import type { Entity, Operation, OperationDraft, OperationResult } from '$lib/domain/operation';
import { isAct } from '$lib/sync/apply';
import { bodySchemas } from '$lib/sync/bodies';
import type { LedgerRows, LedgerState, LedgerTables } from '$lib/sync/ledger-rows';
import { pullChanges } from '../../src/server/sync/pull';
import type { SyncStore, SyncTransaction } from '../../src/server/sync/store';
import { copyStoreDisk, type StoreDisk } from '../support/memory-sync-store';
import type { Plants } from './plants';

const inTransactions = (change: (transaction: SyncTransaction) => Partial<SyncTransaction>): Plants => ({
  store: (store) => ({
    ...store,
    tx: (work) => store.tx((transaction) => work({ ...transaction, ...change(transaction) }))
  })
});

const inRows = (where: string | null, change: (rows: LedgerRows) => Partial<LedgerRows>): Plants => ({
  tables: (tables) => ({
    ...tables,
    write: (name, work) =>
      tables.write(name, (rows) => work(where === null || where === name ? { ...rows, ...change(rows) } : rows))
  })
});

const inLedger = (change: (ledger: Ledger) => Partial<Ledger>): Plants => ({
  ledger: (ledger) => ({ ...ledger, ...change(ledger) })
});

const asApplied = ({ seq, opId }: Operation | OperationResult): OperationResult => ({ seq, opId, outcome: 'applied' });

export const plantedBugs: Record<string, Plants> = {
  'the result of an operation is not kept': inTransactions(() => ({ settled: async () => undefined })),
  'progress is kept first, the effect after it': {
    store: (store) => ({
      ...store,
      async tx(work) {
        const late: Entity[] = [];
        const later = async (entities: Entity[]) => (late.push(...entities), entities);
        const result = await store.tx((transaction) => work({ ...transaction, put: later }));
        if (late.length > 0) await store.tx((transaction) => transaction.put(late));
        return result;
      }
    })
  },
  'it is answered before it is durable': loseLastTransaction(),
  'what is refused is not settled': inTransactions((transaction) => ({
    append: async (operation, result) => {
      if (result.outcome !== 'refused') await transaction.append(operation, result);
    }
  })),
  'rules are overwritten without a look at their revision': inTransactions((transaction) => ({
    entity: async (kind, id) => (kind === 'rule' ? undefined : transaction.entity(kind, id))
  })),
  'a change of group tells nobody': inTransactions(() => ({ touch: async () => {} })),
  'revisions do not follow the order of commits': { store: showSomeLate },
  'the cursor is read after the changes': {
    pull: async (store, ...asked) => {
      const page = await pullChanges(store, ...asked);
      const { newest } = await store.version();
      return page.more || page.resetRequired ? page : { ...page, cursor: newest };
    }
  },
  'a page that was cut off is taken for the last': {
    pull: async (store, ...asked) => {
      const page = await pullChanges(store, ...asked);
      return page.resetRequired ? page : { ...page, more: false, cursor: (await store.version()).newest };
    }
  },
  'a lost sign-in empties the outbox': {
    transport: (transport) => ({
      ...transport,
      async push(request) {
        const reply = await transport.push(request);
        if (reply.ok || reply.trouble.kind !== 'signed-out') return reply;
        const results = request.operations.map(asApplied);
        return { ok: true, value: { results, lastSeq: 0, halted: null, aheadMs: 0 } };
      }
    })
  },
  'pending operations are not done anew after a pull': inRows('ledger.integrate', () => ({
    operationsOn: async () => []
  })),
  'a journal entry outlives the operation that came to nothing': inRows(null, (rows) => ({
    deleteEntity: async (kind, id) => {
      if (kind !== 'journal') await rows.deleteEntity(kind, id);
    }
  })),
  'nothing is kept beneath what a device shows first': inRows('ledger.commit', () => ({
    putConfirmed: async () => {}
  })),
  'an entity and its operation are stored one after the other': {
    tables: (tables, disk, crash) => ({
      ...tables,
      write: (where, work) =>
        tables.write(where, (rows) =>
          work({
            ...rows,
            async addOperation(operation) {
              disk.entities.keep();
              crash();
              await rows.addOperation(operation);
            }
          })
        )
    })
  },
  'the cursor is stored before the changes': inLedger((ledger) => ({
    async integrate(page) {
      if (!page.resetRequired && page.changes.length > 0) await ledger.integrate({ ...page, changes: [], more: true });
      await ledger.integrate(page);
    }
  })),
  'a pull settles operations whose results nobody has seen': inLedger((ledger) => ({
    async integrate(page) {
      await ledger.integrate(page);
      const pending = await ledger.pending(1000);
      await ledger.settle(pending.filter(({ seq }) => seq <= page.lastSeq).map(asApplied));
    }
  })),
  'refusals are passed over': inLedger((ledger) => ({
    settle: (results, aheadMs) => ledger.settle(results.map(asApplied), aheadMs)
  })),
  'a device that begins anew drops everything first': inRows('ledger.integrate', (rows) => ({
    async putState(state) {
      await rows.putState(state);
      if (!state.isAnew || state.cursor > 0) return;
      for (const { kind, id } of await rows.entitySubjects()) await rows.deleteEntity(kind, id);
    }
  })),
  'what is not there any more is kept when a device begins anew': inRows('ledger.integrate', () => ({
    entitySubjects: async () => []
  })),
  'only the last page counts when a device begins anew': inRows('ledger.integrate', (rows) => ({
    async addSeen(subjects, cursor) {
      await rows.clearSeen();
      await rows.addSeen(subjects, cursor);
    }
  })),
  'what a restored backend has lost is not sent again': inLedger((ledger) => ({
    integrate: (page) => ledger.integrate(page.resetRequired ? { ...page, lastSeq: Number.MAX_SAFE_INTEGER } : page)
  })),
  'a new device id leaves the outbox behind': inLedger((ledger) => ({
    async renew() {
      await ledger.settle((await ledger.pending(1000)).map(asApplied));
      await ledger.renew();
    }
  })),
  'what is told under a former device id is passed over': inLedger((ledger) => ({
    async commit(drafts, by) {
      const { deviceId } = await ledger.device();
      const isOwn = (draft: OperationDraft) =>
        draft.kind !== 'alarm' || isAct(draft.body.event) || draft.body.deviceId === deviceId;
      return ledger.commit(drafts.filter(isOwn), by);
    }
  })),
  'each tab keeps the end of the ledger in memory': { tables: keepState },
  'a tab that is closed keeps the lock': { keepsLock: true },
  'tabs sync side by side': { lock: (_, work) => work() },
  'a device that has to be updated empties its outbox': {
    transport: (transport) => ({
      ...transport,
      async push(request) {
        const reply = await transport.push(request);
        if (reply.ok || reply.trouble.kind !== 'outdated') return reply;
        const results = request.operations.map(asApplied);
        return { ok: true, value: { results, lastSeq: 0, halted: null, aheadMs: 0 } };
      }
    })
  },
  'fields of later versions are left out': inLedger((ledger) => ({
    integrate: (page) => ledger.integrate({ ...page, changes: page.changes.map(leaveLaterOut) })
  })),
  'kinds of later versions are left out': inLedger((ledger) => ({
    integrate: (page) =>
      ledger.integrate({
        ...page,
        changes: page.changes.filter(({ kind }) => kind in bodySchemas || kind === 'journal')
      })
  }))
};

/** What a tab has read or written of the ledger's state, it takes to be so for ever. */
function keepState(tables: LedgerTables): LedgerTables {
  let kept: LedgerState | undefined;
  const remember = (rows: LedgerRows): LedgerRows => ({
    ...rows,
    state: async () => (kept ??= await rows.state()),
    async putState(state) {
      await rows.putState(state);
      kept = state;
    }
  });
  return { ...tables, write: (where, work) => tables.write(where, (rows) => work(remember(rows))) };
}

function leaveLaterOut(entity: Entity): Entity {
  const body = { ...entity.body } as Record<string, unknown>;
  delete body.later;
  return entity.body ? ({ ...entity, body } as unknown as Entity) : entity;
}

/** After a crash the last transaction that came to its end is not there. */
function loseLastTransaction(): Plants {
  let before: StoreDisk | undefined;
  return {
    store: (store, disk) => ({
      ...store,
      async tx(work) {
        const copy = copyStoreDisk(disk);
        const result = await store.tx(work);
        before = copy;
        return result;
      }
    }),
    atServerCrash(disk) {
      if (!before) return;
      for (const name of ['entities', 'operations', 'progress', 'version'] as const) {
        const table = disk[name] as StoreDisk['entities'];
        const earlier = new Map((before[name] as StoreDisk['entities']).entries());
        for (const [key] of table.entries()) if (!earlier.has(key)) table.delete(key);
        for (const [key, value] of earlier) table.set(key, value);
        table.keep();
      }
    }
  };
}

/** Some changes can be read only a while after later ones: what a database's sequence does, whose numbers are given before commits. */
function showSomeLate(store: SyncStore, _: StoreDisk, time: { now(): number }): SyncStore {
  const shownMs = new Map<number, number>();
  return {
    ...store,
    tx: (work) =>
      store.tx((transaction) =>
        work({
          ...transaction,
          async put(entities) {
            const raised = await transaction.put(entities);
            for (const { rev } of raised) if (rev % 5 === 0) shownMs.set(rev, time.now() + 3000);
            return raised;
          }
        })
      ),
    changesSince: async (...asked) =>
      (await store.changesSince(...asked)).filter(({ rev }) => (shownMs.get(rev) ?? 0) <= time.now())
  };
}
