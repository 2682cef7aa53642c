/** A month's alarms of a device without a network, by the app's own ledger, and what has become of them. Bundled, and run in a page of the app's origin. */
import type { AlarmEvent } from '$lib/domain/alarm';
import type { Entity, OperationDraft } from '$lib/domain/operation';
import { findAlarmId } from '$lib/alarms/alarm-watch';
import { createDeviceLedger } from '$lib/records/ledger';
import { canonical } from '$lib/sync/canonical';
import { createHttpTransport } from '$lib/sync/http-transport';

export interface PushPreparation {
  /** Commits so many events of alarms: raised and returned, by turns, over pumps and rules. */
  queue(operations: number): Promise<void>;
  /** What of it is still to be sent, stands in conflict, or was not confirmed. */
  look(): Promise<{ pending: number; conflicts: number; unconfirmed: number }>;
}

const pumps = 40;
const rules = 25;
const dayMs = 86_400_000;
/** What the live thread commits at once, on a bad day. */
const together = 100;

const clock = {
  now: () => Date.now(),
  after(milliseconds: number, act: () => void) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
};

/** All that the backend has, as a device that begins would get it. */
async function pullAll(): Promise<Map<string, Entity>> {
  const transport = createHttpTransport({ fetch: (...asked) => fetch(...asked), clock });
  const found = new Map<string, Entity>();
  for (let cursor = 0; ;) {
    const reply = await transport.pull('bench', cursor);
    if (!reply.ok) throw new Error(JSON.stringify(reply.trouble));
    for (const entity of reply.value.changes) found.set(`${entity.kind} ${entity.id}`, entity);
    if (!reply.value.more) return found;
    cursor = reply.value.cursor;
  }
}

const pushPreparation: PushPreparation = {
  async queue(operations) {
    const ledger = createDeviceLedger();
    const { deviceId } = await ledger.device();
    const beganMs = Date.now() - 30 * dayMs;
    const draft = (place: number): OperationDraft => {
      const assetId = `Pump ${place % pumps}`;
      const ruleId = `${assetId} rule ${Math.floor(place / pumps) % rules}`;
      const round = Math.floor(place / (pumps * rules));
      const atMs = beganMs + (place * 30 * dayMs) / operations;
      const event: AlarmEvent =
        round % 2 === 1
          ? { kind: 'return', atMs, value: 61.5 }
          : {
              kind: 'raise',
              atMs,
              occurrenceId: `${ruleId} ${round}`,
              value: 81.25,
              limit: 80,
              priority: 'medium',
              ruleVersion: 1,
              isLatching: false,
              name: 'Bearing temperature H',
              assetName: assetId
            };
      const id = findAlarmId(deviceId, ruleId);
      return { kind: 'alarm', id, assetId, body: { assetId, ruleId, deviceId, event } };
    };
    for (let from = 0; from < operations; from += together) {
      const drafts = Array.from({ length: Math.min(together, operations - from) }, (_, i) => draft(from + i));
      const made = await ledger.commit(drafts, '');
      if (made.length !== drafts.length)
        throw new Error(`${drafts.length - made.length} of ${drafts.length} did nothing`);
    }
    ledger.close();
  },

  async look() {
    const ledger = createDeviceLedger();
    const { deviceId } = await ledger.device();
    const kept = await ledger.entities({ kind: 'alarm', limit: Infinity });
    const lines = await ledger.entities({ kind: 'journal', limit: Infinity });
    const backend = await pullAll();
    const isThere = ({ kind, id, body }: Entity) => canonical(backend.get(`${kind} ${id}`)?.body) === canonical(body);
    const found = {
      pending: await ledger.pendingCount(),
      conflicts: (await ledger.conflicts()).length,
      unconfirmed:
        kept.filter(({ rev }) => rev === 0).length +
        [...kept, ...lines].filter((entity) => entity.deviceId === deviceId && !isThere(entity)).length
    };
    ledger.close();
    return found;
  }
};
Object.assign(globalThis, { pushPreparation });
