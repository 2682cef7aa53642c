/**
 * The chain of a device's operations: each carries the hash of the one before, so that none can be changed, left out or put in between
 * without being seen. SHA-256 is computed synchronously, because a transaction of IndexedDB ends while something else is awaited.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Operation, OperationDraft } from '../domain/operation';
import { canonical } from './canonical';
import { schemaVersion } from './version';

/** Where an operation stands: on its device, in time, on what it was made. */
export type Place = Pick<Operation, 'opId' | 'deviceId' | 'seq' | 'hlc' | 'atMs' | 'userId' | 'baseRev' | 'prev'>;

/** The draft as an operation: numbered, timed, chained. */
export function sealOperation(draft: OperationDraft, place: Place): Operation {
  const { opId, deviceId, seq, hlc, atMs, userId, baseRev, prev } = place;
  const { kind, id, assetId, body } = draft;
  const open = {
    kind,
    id,
    assetId,
    body,
    opId,
    deviceId,
    seq,
    hlc,
    atMs,
    userId,
    baseRev,
    prev,
    schema: schemaVersion
  };
  return { ...open, hash: hashOperation(open as Operation) } as Operation;
}

/** SHA-256 over everything in the operation but its hash, hex. Fields that this version does not know count, too. */
export function hashOperation(operation: Operation): string {
  return bytesToHex(sha256(utf8ToBytes(canonical({ ...operation, hash: undefined }))));
}

/** The number of the first operation that does not follow from the one before it, or null where all do. `before` is the end of what was checked already. */
export function findBrokenLink(operations: readonly Operation[], before = { seq: 0, hash: '' }): number | null {
  let { seq, hash } = before;
  for (const operation of operations) {
    const follows = operation.seq === seq + 1 && operation.prev === hash;
    if (!follows || operation.hash !== hashOperation(operation)) return operation.seq;
    ({ seq, hash } = operation);
  }
  return null;
}
