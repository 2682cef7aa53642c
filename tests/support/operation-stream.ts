/** A seeded stream of operations of several devices on few pumps, as people and monitors would make it, with what goes wrong mixed in. */
import type { AlarmEvent } from '$lib/domain/alarm';
import type { Operation, OperationDraft } from '$lib/domain/operation';
import { createRandom } from '$lib/domain/random';
import { sealOperation } from '$lib/sync/chain';
import { nextHlc } from '$lib/sync/clock';

const startMs = Date.UTC(2024, 5, 1);
const groups = ['', 'north', 'south'];

/** `count` operations of `devices` devices, each chained on its device, in the order in which they reach the backend. */
export function makeOperations(seed: number, count: number, devices = 3): Operation[] {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const places = Array.from({ length: devices }, (_, index) => ({
    deviceId: `device-${index}`,
    seq: 0,
    hash: '',
    hlc: ''
  }));
  return Array.from({ length: count }, (_, index) => {
    const place = places[below(devices)]!;
    const atMs = startMs + index * 1000;
    const draft = draw(below, place.deviceId, index, atMs);
    place.hlc = nextHlc(place.hlc, atMs + below(5000), place.deviceId);
    const operation = sealOperation(draft, {
      opId: `op-${index}`,
      deviceId: place.deviceId,
      seq: ++place.seq,
      hlc: place.hlc,
      atMs,
      userId: below(3) === 0 ? '' : `person-${below(3)}`,
      baseRev: below(2) === 0 ? 0 : below(index + 1),
      prev: place.hash
    });
    place.hash = operation.hash;
    return operation;
  });
}

function draw(below: (limit: number) => number, deviceId: string, index: number, atMs: number): OperationDraft {
  const assetId = `pump-${below(4)}`;
  switch (below(6)) {
    case 0:
      return {
        kind: 'asset',
        id: assetId,
        assetId,
        body: { id: assetId, name: `Pumpe ${below(5)} "ä"`, group: groups[below(3)]! }
      };
    case 1:
      return {
        kind: 'promotion',
        id: assetId,
        assetId,
        body: { assetId, modelId: `m-${below(3)}`, weightsSha256: '' }
      };
    case 2: {
      const id = `comment-${below(index + 1)}`;
      const text = below(10) === 0 ? '' : `\u2028 text ${index} \\u0000`;
      const alarmId = `${deviceId}:${assetId}:high`;
      return {
        kind: 'comment',
        id,
        assetId,
        body: { id, alarmId, occurrenceId: null, assetId, text, by: '', deviceId, atMs: atMs + 0.25 }
      };
    }
    default: {
      const ruleId = `${assetId}:high`;
      const watching = `device-${below(2)}`;
      const body = { assetId, ruleId, deviceId: watching, event: drawEvent(below, deviceId, index, atMs) };
      return { kind: 'alarm', id: `${watching}:${ruleId}`, assetId, body };
    }
  }
}

function drawEvent(below: (limit: number) => number, deviceId: string, index: number, atMs: number): AlarmEvent {
  const by = '';
  switch (below(6)) {
    case 0:
    case 1:
      return {
        kind: 'raise',
        atMs,
        occurrenceId: `occurrence-${index}`,
        value: below(1000) / 7,
        limit: 80,
        priority: 'high',
        ruleVersion: 0,
        isLatching: below(2) === 0,
        name: 'Temperature H',
        assetName: 'Pumpe'
      };
    case 2:
      return { kind: 'return', atMs, value: null };
    case 3:
      return { kind: 'acknowledge', atMs, occurrenceId: `occurrence-${below(index + 1)}`, by, deviceId };
    case 4:
      return { kind: 'shelve', atMs, untilMs: atMs + 60_000, reason: 'cleaning', by, deviceId };
    default:
      return { kind: 'reset', atMs, by, deviceId };
  }
}
