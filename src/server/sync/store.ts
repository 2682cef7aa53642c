/** Where the backend keeps operations and what they made: the port behind which SQL stands, and a plain object in tests. */
import type { Entity, EntityKind, Operation, OperationResult } from '../../lib/domain/operation';

/** How far a device's operations have come. */
export interface DeviceProgress {
  lastSeq: number;
  /** Hash of its newest operation. */
  lastHash: string;
}

/** Reads and writes of one transaction. Writers of the site wait for each other, so that revisions follow the order of commits without a gap. */
export interface SyncTransaction {
  /** Says which entities will be asked for: where reading many at once is cheaper. */
  load(subjects: readonly { kind: EntityKind; id: string }[]): Promise<void>;
  progress(deviceId: string): Promise<DeviceProgress | undefined>;
  /** The operation of that number as it was first settled; undefined where it was not. */
  settled(deviceId: string, seq: number): Promise<OperationResult | undefined>;
  /** Keeps an operation and its result for good, and moves the device's progress on to it. */
  append(operation: Operation, result: OperationResult): Promise<void>;
  entity(kind: EntityKind, id: string): Promise<Entity | undefined>;
  /** Stores entities, each at the site's next revision, and returns them with it. */
  put(entities: Entity[]): Promise<Entity[]>;
  /** Raises the revision of everything about these assets, after who may see them has changed. */
  touch(assetIds: string[]): Promise<void>;
}

export interface SyncStore {
  tx<T>(work: (transaction: SyncTransaction) => Promise<T>): Promise<T>;
  progress(deviceId: string): Promise<DeviceProgress | undefined>;
  /**
   * Entities above `rev` in the order of their revisions, at most so many; deleted ones with a null body. `groups` null sees all; else only
   * what is about assets of these groups, or of none.
   */
  changesSince(rev: number, limit: number, groups: string[] | null): Promise<Entity[]>;
  /**
   * The newest revision, and the floor below which changes are no longer kept in full: every entity kept stands above it. A backup that is put
   * back leaves the floor and puts the newest revision up beyond any that was given, so that none comes to mean something else.
   */
  version(): Promise<{ newest: number; floor: number }>;
  /** Calls back with the newest revision after each commit that changed something. */
  onChange(tell: (rev: number) => void): () => void;
  entitiesOf(kind: EntityKind, limit: number, groups: string[] | null): Promise<Entity[]>;
  operations(deviceId: string, fromSeq: number, limit: number): Promise<Operation[]>;
}
