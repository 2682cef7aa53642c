/**
 * What travels between devices and backend. An operation is one act, numbered without a gap on its device and chained to the one before;
 * an entity is what operations have made of a thing. Both sides make entities from operations by the same code (`sync/apply`).
 */
import type { Alarm, AlarmComment, AlarmEvent, AlarmRule, JournalEntry, RuleChange } from './alarm';
import type { Finding } from './finding';

/** Which model scores a pump from now on. */
export interface Promotion {
  assetId: string;
  modelId: string | null;
  /** SHA-256 of the model's weights; empty where no model is active. */
  weightsSha256: string;
}

/** What other devices should know of a pump. `group` is the equipment group whose people may see it; empty for everybody's. */
export interface AssetCard {
  id: string;
  name: string;
  group: string;
}

/** What an entity of each kind holds. */
export interface EntityBodies {
  asset: AssetCard;
  alarm: Alarm;
  journal: JournalEntry;
  comment: AlarmComment;
  rule: AlarmRule;
  'rule-change': RuleChange;
  finding: Finding;
  promotion: Promotion;
}
export type EntityKind = keyof EntityBodies;

/** What an operation asks for, by the kind of entity it changes. The entities it changes are named in `OperationDraft.id`. */
export interface OperationBodies {
  /** Name or group of a pump; the last writer counts. */
  asset: AssetCard;
  /** Something happened to an alarm. The first one makes it. */
  alarm: { assetId: string; ruleId: string; deviceId: string; event: AlarmEvent };
  /** Added once, never changed. */
  comment: AlarmComment;
  /**
   * The rule as it shall be; null takes it back to its starting values. Refused where `baseRev` is not the newest: a person decides.
   * `starting` are these values, as far as the device knows them: for the record of the change.
   */
  rule: { rule: AlarmRule | null; assetId: string; reason: string; starting?: AlarmRule };
  /** The finding as it is now. Only the device that found it writes it. */
  finding: Finding;
  /** Checked against `baseRev` like a rule. */
  promotion: Promotion;
}
export type OperationKind = keyof OperationBodies;

/** What somebody, or the monitor, wants to have done. */
export type OperationDraft = {
  [Kind in OperationKind]: { kind: Kind; id: string; assetId: string; body: OperationBodies[Kind] };
}[OperationKind];

/** An operation as it is kept and sent. Everything but `hash` goes into the hash. */
export type Operation = OperationDraft & {
  /** UUID version 7; sent twice it takes effect once. */
  opId: string;
  deviceId: string;
  /** 1, 2, 3 … on its device, without a gap. */
  seq: number;
  /** Hybrid logical clock: sorts as text, whatever wall clocks say. */
  hlc: string;
  /** Wall clock of the device, ms UTC. */
  atMs: number;
  /** Name of the account that was signed in, which no other has; empty where nobody was. */
  userId: string;
  /** Revision of the entity it was made on; 0 where the backend has confirmed none. */
  baseRev: number;
  /** Version of the protocol's bodies. */
  schema: number;
  /** Hash of the operation before, empty for the first, and of this one: SHA-256, hex, over `canonical` text. */
  prev: string;
  hash: string;
};

/** A thing as it stands after some operations. */
export interface Entity<Kind extends EntityKind = EntityKind> {
  kind: Kind;
  id: string;
  /** The pump it is about. */
  assetId: string;
  /** Device whose operation made it; of rules, promotions and cards, which anybody may change, the one that changed it last. */
  deviceId: string;
  /** Version at which the backend has it; 0 where only this device has. Rises with every change on the backend. */
  rev: number;
  /** What lists are sorted by, ms UTC. */
  atMs: number;
  /** 1 for what somebody may have to act on (an alarm that is not normal), else 0: an index cannot hold a boolean. */
  open: 0 | 1;
  /** Null once it is deleted. */
  body: EntityBodies[Kind] | null;
}

/** Why an operation was refused for good. */
export type RefusalCode =
  /** The entity has changed since `baseRev`; a person decides. */
  | 'conflict'
  | 'bad-body'
  | 'unknown-kind'
  /** The person or device may not do this, or not to this pump. */
  | 'forbidden'
  /** It belongs to another device. */
  | 'not-yours';

/** A draft of which the device's own ledger made no operation, and why. */
export interface Refusal {
  draft: OperationDraft;
  code: RefusalCode;
  detail: string;
}

/** What became of an operation at the backend; what it changed comes by pull. `duplicate`: what it asks for was so already. */
export type OperationResult =
  | { seq: number; opId: string; outcome: 'applied' | 'duplicate' }
  | { seq: number; opId: string; outcome: 'refused'; code: RefusalCode; detail: string };

/** An operation that the backend has refused, shown until a person has dealt with it. `theirs` is the entity as the backend has it. */
export interface Conflict {
  opId: string;
  operation: Operation;
  code: RefusalCode;
  detail: string;
  theirs: Entity | null;
  atMs: number;
}
