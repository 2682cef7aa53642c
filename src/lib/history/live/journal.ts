/**
 * The journal's record: the rows that one flush has of a group of assets, as a few arrays, so that a flush of one pump costs one put and
 * one of a fleet a few. Reading it again must not make objects per row, of which a fleet has millions. It must not know when it is sealed.
 */
import { groupOf, groupOfSeq, seqOf } from './groups';
import { mergeSeries } from './merge';
import { codesOf, floatsOf, type Series } from './series';

/** The parts lie one after the other, each column after column. */
export interface JournalRecord {
  /** Of its group and flush; rises with every flush. */
  seq: number;
  /** For the index; records of before there were groups lack it. */
  group?: number;
  /** Earliest and latest time in it. */
  t0Ms: number;
  t1Ms: number;
  /** Channel names, each list once. */
  channelLists: string[][];
  /** Per part: its owner, which of the lists, how many rows. */
  assetIds: string[];
  modelIds: string[];
  channelList: Uint32Array;
  rows: Uint32Array;
  /** Of all parts. */
  t: Float64Array;
  floats: Float32Array;
  codes: Uint8Array;
}

/** The rows of one owner in the records that were indexed. */
export interface JournalledOwner {
  assetId: string;
  modelId: string;
  /** Its rows, settled. */
  gather(): Series;
}

/** Packs the parts of the n-th flush, in the order they were written: a record for each group of assets that has rows. */
export function packFlush(flush: number, series: Series[]): JournalRecord[] {
  const byGroup = new Map<number, Series[]>();
  for (const part of series) {
    const group = groupOf(part.assetId);
    const before = byGroup.get(group);
    if (before) before.push(part);
    else byGroup.set(group, [part]);
  }
  return [...byGroup].flatMap(([group, parts]) => packRecord(seqOf(group, flush), parts) ?? []);
}

/** Packs parts of one group into a record, in the order they were written; null where none has a row. */
export function packRecord(seq: number, series: Series[]): JournalRecord | null {
  const parts = series.filter(({ t }) => t.length > 0);
  if (parts.length === 0) return null;
  const sum = (size: (part: Series) => number) => parts.reduce((total, part) => total + size(part), 0);
  const t = new Float64Array(sum((part) => part.t.length));
  const floats = new Float32Array(sum((part) => part.t.length * part.floats.length));
  const codes = new Uint8Array(sum((part) => part.t.length * part.codes.length));
  let tAt = 0;
  let floatAt = 0;
  let codeAt = 0;
  for (const part of parts) {
    const rows = part.t.length;
    t.set(part.t, tAt);
    tAt += rows;
    for (const column of part.floats) {
      floats.set(column, floatAt);
      floatAt += rows;
    }
    for (const column of part.codes) {
      codes.set(column, codeAt);
      codeAt += rows;
    }
  }
  const lists = createInterner();
  return {
    seq,
    group: groupOfSeq(seq),
    t0Ms: parts.reduce((least, part) => Math.min(least, part.t[0]!), Infinity),
    t1Ms: parts.reduce((most, part) => Math.max(most, part.t.at(-1)!), -Infinity),
    assetIds: parts.map((part) => part.assetId),
    modelIds: parts.map((part) => part.modelId),
    channelList: Uint32Array.from(parts, (part) => lists.placeOf(part.channels)),
    channelLists: lists.all,
    rows: Uint32Array.from(parts, (part) => part.t.length),
    t,
    floats,
    codes
  };
}

/** The owners in records, in the order of their first row. The records come in the order they were written. */
export function indexRecords(
  records: JournalRecord[],
  isWanted: (assetId: string, modelId: string) => boolean = () => true
): JournalledOwner[] {
  const lists = createInterner();
  const owners: { assetId: string; modelId: string; parts: number[] }[] = [];
  // By model, then by asset: one key of both would be a string made for every part.
  const byModel = new Map<string, Map<string, (typeof owners)[number]>>();
  const opened = records.map((record) => openRecord(record, record.channelLists.map(lists.placeOf)));
  opened.forEach(({ record }, r) =>
    record.assetIds.forEach((assetId, p) => {
      const modelId = record.modelIds[p]!;
      if (!isWanted(assetId, modelId)) return;
      let byAsset = byModel.get(modelId);
      if (!byAsset) byModel.set(modelId, (byAsset = new Map()));
      let owner = byAsset.get(assetId);
      if (!owner) {
        owner = { assetId, modelId, parts: [] };
        byAsset.set(assetId, owner);
        owners.push(owner);
      }
      owner.parts.push(r, p);
    })
  );

  /** The parts from a place in the list on that have the same channels, as one series, and the place after them. */
  function gatherRun(owner: { assetId: string; modelId: string; parts: number[] }, from: number): [Series, number] {
    const { assetId, modelId, parts } = owner;
    const listOf = (at: number) => opened[parts[at]!]!.lists[parts[at + 1]!]!;
    const rowsOf = (at: number) => opened[parts[at]!]!.record.rows[parts[at + 1]!]!;
    let end = from;
    let rows = 0;
    for (; end < parts.length && listOf(end) === listOf(from); end += 2) rows += rowsOf(end);
    const channels = lists.all[listOf(from)]!;
    const layout = { modelId, channels };
    const t = new Float64Array(rows);
    const floats = Array.from({ length: floatsOf(layout) }, () => new Float32Array(rows));
    const codes = Array.from({ length: codesOf(layout) }, () => new Uint8Array(rows));
    let row = 0;
    for (let at = from; at < end; at += 2) {
      const { record, tAt, floatAt, codeAt } = opened[parts[at]!]!;
      const part = parts[at + 1]!;
      const count = rowsOf(at);
      for (let i = 0; i < count; i++) t[row + i] = record.t[tAt[part]! + i]!;
      copyColumns(record.floats, floatAt[part]!, floats, row, count);
      copyColumns(record.codes, codeAt[part]!, codes, row, count);
      row += count;
    }
    return [{ assetId, modelId, channels, t, floats, codes }, end];
  }

  return owners.map((owner) => ({
    assetId: owner.assetId,
    modelId: owner.modelId,
    gather() {
      const runs: Series[] = [];
      for (let from = 0; from < owner.parts.length;) {
        const [series, end] = gatherRun(owner, from);
        runs.push(series);
        from = end;
      }
      return mergeSeries(runs);
    }
  }));
}

/** A record, with where each of its parts begins in its arrays, and which list of all records it has. */
function openRecord(record: JournalRecord, listsOfAll: number[]) {
  const parts = record.assetIds.length;
  const tAt = new Uint32Array(parts + 1);
  const floatAt = new Uint32Array(parts + 1);
  const codeAt = new Uint32Array(parts + 1);
  for (let p = 0; p < parts; p++) {
    const rows = record.rows[p]!;
    const layout = { modelId: record.modelIds[p]!, channels: record.channelLists[record.channelList[p]!]! };
    tAt[p + 1] = tAt[p]! + rows;
    floatAt[p + 1] = floatAt[p]! + rows * floatsOf(layout);
    codeAt[p + 1] = codeAt[p]! + rows * codesOf(layout);
  }
  return { record, tAt, floatAt, codeAt, lists: record.channelList.map((list) => listsOfAll[list]!) };
}

/** Copies `count` rows of columns that lie one after the other. A loop, because most parts are one row. */
function copyColumns<A extends Float32Array | Uint8Array>(
  from: A,
  at: number,
  to: A[],
  row: number,
  count: number
): void {
  for (const column of to) for (let i = 0; i < count; i++) column[row + i] = from[at++]!;
}

/** Gives equal lists of names one place, by their identity where it is known. */
function createInterner() {
  const all: string[][] = [];
  const byIdentity = new Map<string[], number>();
  const byContent = new Map<string, number>();

  function placeOf(names: string[]): number {
    let place = byIdentity.get(names);
    if (place === undefined) {
      const content = JSON.stringify(names);
      place = byContent.get(content) ?? all.push(names) - 1;
      byContent.set(content, place);
      byIdentity.set(names, place);
    }
    return place;
  }

  return { all, placeOf };
}
