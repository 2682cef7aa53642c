/**
 * Which journal records an asset's rows are in. Assets are spread over a few groups and a record holds rows of one, so that one pump of a
 * fleet is read, and a share of the fleet sealed, without touching the rest. What stands here is on disk and cannot change.
 */

/** A fleet's flush becomes so many records at most; one pump's stays one. */
const groups = 16;
/** Numbers of a group's records. */
const span = 2 ** 40;
/** Records of before there were groups: of any assets, and written before all others. */
export const mixedGroup = 0;

/** Numbers of records: above `above`, below `below`. */
export interface SeqRange {
  above: number;
  below: number;
}

export const everySeq: SeqRange = { above: -Infinity, below: Infinity };

/** The group of an asset, 1 … 16: FNV-1a over its UTF-16 units. */
export function groupOf(assetId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < assetId.length; i++) hash = Math.imul(hash ^ assetId.charCodeAt(i), 0x01000193);
  // The low bits of names that end alike are alike.
  return 1 + (((hash ^ (hash >>> 15)) >>> 0) % groups);
}

/** The number of a group's record of the n-th flush, from 1. */
export function seqOf(group: number, flush: number): number {
  return group * span + flush;
}

/** The group of a record's number. */
export function groupOfSeq(seq: number): number {
  return Math.floor(seq / span);
}

/** The numbers of a group's records. */
export function rangeOfGroup(group: number): SeqRange {
  return { above: seqOf(group, 0), below: seqOf(group + 1, 0) };
}

/** Where all records with rows of an asset are, in the order they were written. */
export function rangesOf(assetId: string): SeqRange[] {
  return [rangeOfGroup(mixedGroup), rangeOfGroup(groupOf(assetId))];
}
