/**
 * The ledger: a device's operations, gap-free and chained, and the entities they have made. It is the outbox and the audit trail in one:
 * an operation is pending until the backend has settled it, and stays as evidence afterwards.
 */
import type { Conflict, Entity, EntityKind, Operation, OperationDraft, OperationResult, Refusal } from './operation';

/** What a device is to the backend. */
export interface LedgerDevice {
  /** UUID, made at the first call and kept for good. */
  deviceId: string;
  /** Number and hash of the newest operation; 0 and empty before the first. */
  seq: number;
  hash: string;
  /** Up to which operation the backend has settled all and said with what result; operations above are pending. */
  settledSeq: number;
  /** Version of the backend up to which changes were integrated. */
  cursor: number;
}

/** Changes of the backend since a cursor. */
export interface PullPage {
  changes: Entity[];
  cursor: number;
  /** Up to which operation of this device the backend has settled all. */
  lastSeq: number;
  more: boolean;
  /** The backend cannot say what has changed since the cursor: everything is pulled anew from 0, and what came on no page until the last is dropped. */
  resetRequired: boolean;
}

/** Which entities to list. All conditions must hold. */
export interface EntityQuery {
  kind: EntityKind;
  /** Only those somebody may have to act on. */
  isOpen?: true;
  assetId?: string;
  /** [from, to] of `atMs`. */
  fromMs?: number;
  toMs?: number;
  /** Newest first, at most so many (default 1000). */
  limit?: number;
}

/** A device's ledger. Promises resolve after the data is stored and reject with a `StorageFault`. */
export interface Ledger {
  device(): Promise<LedgerDevice>;
  /**
   * Does what the drafts say, in their order: entities, operations and chain in one strict transaction. `by` is who is signed in, empty
   * for nobody. A draft that the rules refuse, or that changes nothing, makes no operation. Returns the operations made; `onRefused` is
   * told once of what was refused, where anything was.
   */
  commit(drafts: OperationDraft[], by: string, onRefused?: (refused: Refusal[]) => void): Promise<Operation[]>;
  entity<Kind extends EntityKind>(kind: Kind, id: string): Promise<Entity<Kind> | undefined>;
  /** Entities that are not deleted. */
  entities<Kind extends EntityKind>(query: EntityQuery & { kind: Kind }): Promise<Entity<Kind>[]>;
  /** The oldest operations that the backend has not settled, at most so many. */
  pending(limit: number): Promise<Operation[]>;
  pendingCount(): Promise<number>;
  /**
   * Takes what became of a push: settled operations count no more, refused ones become conflicts. Results out of order or twice change
   * nothing. `aheadMs` (0 if left out) is by how much the backend has held back the time of the newest of them: later ones go on from there.
   */
  settle(results: OperationResult[], aheadMs?: number): Promise<void>;
  /** Takes changes of the backend and does this device's pending operations anew on top, in one transaction. Twice is once. */
  integrate(page: PullPage): Promise<void>;
  /** Goes on under a new device id, with the pending operations sealed anew: for a store that another one was copied from or put back over. */
  renew(): Promise<void>;
  /** Oldest first. */
  conflicts(): Promise<Conflict[]>;
  /**
   * A person has decided: `mine` asks for it again on top of what is there now, `theirs` lets it go. False where the conflict stays: a device
   * that begins anew may not know yet what stands against it.
   */
  resolve(opId: string, choice: 'mine' | 'theirs', by: string): Promise<boolean>;
  /** Operations from `fromSeq` on, for the audit trail; at most so many. */
  operations(fromSeq: number, limit: number): Promise<Operation[]>;
  close(): void;
}
