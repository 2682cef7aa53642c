/**
 * What a ledger keeps, row by row: the port between the ledger's rules (`ledger.ts`, the same everywhere) and where the rows lie (Dexie in
 * the product, plain maps in the simulation).
 */
import type { EntityQuery } from '../domain/ledger';
import type { Conflict, Entity, EntityKind, Operation } from '../domain/operation';

export interface Subject {
  kind: EntityKind;
  id: string;
}

/** The ledger's one row about itself. */
export interface LedgerState {
  deviceId: string;
  /** The newest operation. */
  seq: number;
  hash: string;
  hlc: string;
  settledSeq: number;
  cursor: number;
  /** Everything is being pulled once more, from 0 (`begin-anew.ts`). */
  isAnew: boolean;
}

/** An entity as the backend has it, and up to which operation of this device that counts in. Kept while later operations lie on top of it. */
export interface ConfirmedEntity {
  kind: EntityKind;
  id: string;
  /** Undefined where the backend has none. */
  entity: Entity | undefined;
  asOfSeq: number;
}

/** An operation with what became of it. */
export interface KeptOperation {
  operation: Operation;
  /** Or came to nothing: it is shown no more. */
  isRefused: boolean;
}

/** The rows inside one transaction. */
export interface LedgerRows {
  state(): Promise<LedgerState | undefined>;
  putState(state: LedgerState): Promise<void>;
  /** Says which entities, and what lies beneath them, will be asked for: where reading many at once is cheaper. */
  load(subjects: readonly Subject[]): Promise<void>;
  entity(kind: EntityKind, id: string): Promise<Entity | undefined>;
  entities(query: EntityQuery): Promise<Entity[]>;
  putEntities(entities: Entity[]): Promise<void>;
  deleteEntity(kind: EntityKind, id: string): Promise<void>;
  /** What there is, of any kind. */
  entitySubjects(): Promise<Subject[]>;
  /** What has come since the device began anew, by the cursors that its pages end at. */
  addSeen(subjects: readonly Subject[], cursor: number): Promise<void>;
  allSeen(): Promise<Subject[]>;
  clearSeen(): Promise<void>;
  confirmed(kind: EntityKind, id: string): Promise<ConfirmedEntity | undefined>;
  allConfirmed(): Promise<ConfirmedEntity[]>;
  putConfirmed(confirmed: ConfirmedEntity): Promise<void>;
  deleteConfirmed(kind: EntityKind, id: string): Promise<void>;
  addOperation(operation: Operation): Promise<void>;
  markRefused(seq: number): Promise<void>;
  clearOperations(): Promise<void>;
  /** Operations from `fromSeq` on, in order, at most so many. */
  operationsFrom(fromSeq: number, limit: number): Promise<KeptOperation[]>;
  /** Operations on one entity above `seq` that were not refused, in order. */
  operationsOn(kind: EntityKind, id: string, aboveSeq: number): Promise<Operation[]>;
  conflicts(): Promise<Conflict[]>;
  conflict(opId: string): Promise<Conflict | undefined>;
  putConflict(conflict: Conflict): Promise<void>;
  deleteConflict(opId: string): Promise<void>;
}

/** Where the rows lie. All of a `write` is stored, strictly, or nothing. */
export interface LedgerTables {
  read<T>(where: string, work: (rows: LedgerRows) => Promise<T>): Promise<T>;
  write<T>(where: string, work: (rows: LedgerRows) => Promise<T>): Promise<T>;
  close(): void;
}
