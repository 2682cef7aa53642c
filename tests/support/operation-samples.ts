/** Drafts and entities of every kind for tests of ledger, protocol and backend. */
import type { AlarmEvent, AlarmRule } from '$lib/domain/alarm';
import type { Entity, EntityBodies, Operation, OperationDraft } from '$lib/domain/operation';
import { sealOperation } from '$lib/sync/chain';
import { nextHlc } from '$lib/sync/clock';

const band = { value: 1, of: 'percent' } as const;

export function sampleRule(name: string, assetId = 'pump-1'): AlarmRule {
  return {
    id: `${assetId}:pressure`,
    assetId,
    name,
    isEnabled: true,
    condition: { kind: 'limit', channel: 'pressure', level: 'H', limit: 8, setBand: band, clearBand: band, range: 10 },
    priority: 'high',
    onDelayMs: 1000,
    offDelayMs: 1000,
    isLatching: false,
    suppressedIn: ['off'],
    reAlarmMs: null,
    escalation: null,
    maxShelveMs: 3_600_000,
    consequence: '',
    action: '',
    respondWithinMin: null,
    causes: [],
    owner: '',
    version: 1
  };
}

export function draftRule(name: string | null, assetId = 'pump-1'): OperationDraft {
  const rule = name === null ? null : sampleRule(name, assetId);
  return { kind: 'rule', id: `${assetId}:pressure`, assetId, body: { rule, assetId, reason: 'because' } };
}

export function draftComment(id: string, text = 'seen', assetId = 'pump-1'): OperationDraft {
  const body = {
    id,
    alarmId: 'device:rule',
    occurrenceId: null,
    assetId,
    text,
    by: '',
    deviceId: 'device',
    atMs: 1000
  };
  return { kind: 'comment', id, assetId, body };
}

export function draftCard(name: string, group = '', assetId = 'pump-1'): OperationDraft {
  return { kind: 'asset', id: assetId, assetId, body: { id: assetId, name, group } };
}

export function draftEvent(deviceId: string, event: AlarmEvent, assetId = 'pump-1'): OperationDraft {
  const ruleId = `${assetId}:pressure`;
  return { kind: 'alarm', id: `${deviceId}:${ruleId}`, assetId, body: { assetId, ruleId, deviceId, event } };
}

export function raiseEvent(occurrenceId: string, atMs = 1000): AlarmEvent {
  const rest = { value: 9, limit: 8, priority: 'high', ruleVersion: 1, isLatching: false } as const;
  return { kind: 'raise', atMs, occurrenceId, name: 'Too high', assetName: 'Pump', ...rest };
}

export function acknowledgeEvent(occurrenceId: string, atMs = 2000): AlarmEvent {
  return { kind: 'acknowledge', atMs, occurrenceId, by: '', deviceId: 'device' };
}

/** An entity as a backend may have it. */
export function sampleEntity<Kind extends 'rule' | 'comment'>(
  kind: Kind,
  draft: OperationDraft,
  rev: number,
  deviceId = 'other'
): Entity<Kind> {
  const body = (draft.kind === 'rule' ? draft.body.rule : draft.body) as EntityBodies[Kind] | null;
  return { kind, id: draft.id, assetId: draft.assetId, deviceId, rev, atMs: 1000, open: 0, body };
}

/** A device that seals operations one after the other, as a ledger does. */
export function createSealer(deviceId: string, userId = '') {
  let [seq, prev, hlc] = [0, '', ''];
  return (draft: OperationDraft, baseRev = 0, atMs = 1_000_000 + seq): Operation => {
    hlc = nextHlc(hlc, atMs, deviceId);
    const place = { opId: `${deviceId}-${++seq}`, deviceId, seq, hlc, atMs, userId, baseRev, prev };
    const operation = sealOperation(draft, place);
    prev = operation.hash;
    return operation;
  };
}
