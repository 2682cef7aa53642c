/**
 * What the live thread found, on its way to the disk: gathered, written as one batch every moment, sealed into blocks now and then. A
 * write that fails is tried again with the next; what cannot be kept in memory meanwhile is dropped, counted and told.
 */
import type { Channel } from '../../domain/channel';
import type { Finding } from '../../domain/finding';
import type { LiveBatch, LiveHistory, LiveNote, Records } from '../../domain/ports';
import type { PumpState } from '../../domain/pump-state';
import type { ReadingBlock } from '../../domain/reading-block';
import { fail, type Fault } from '../../domain/result';
import type { ScoreBlock } from '../../domain/score';
import { StorageFault } from '../../domain/storage-fault';

export interface LiveStore {
  /** Takes judged readings of an asset with their scores. `moment` is null for readings that belong to history alone. */
  add(readings: ReadingBlock, scores: ScoreBlock | null, moment: Moment | null): void;
  /** Takes scores of stored readings that were scored anew. */
  addScores(scores: ScoreBlock): void;
  /** Writes everything taken. Never rejects: what could not be written waits for the next time, and `fault` tells why. */
  flush(): Promise<void>;
  /** Seals what is older than `beforeMs`, or everything where the journal has grown long. One seal at a time. */
  seal(beforeMs: number): Promise<void>;
  /** Whether the journal has grown so long that it should be sealed now. */
  isLong(): boolean;
  /** Up to which wall clock everything that arrived is stored. */
  storedToMs(): number;
  /** Why nothing is written now; else how many rows are lost for good, because there was no room and no memory left; else null. */
  fault(): Fault | null;
}

/** How an asset stands after its newest readings. */
export interface Moment {
  modelId: string | null;
  state: PumpState;
  changed: Finding[];
}

interface Pending {
  note: LiveNote;
  /** The channels of the readings noted last; readings that are laid out alike share one list. */
  names: string[];
  /** Whether anything but the number of rows has changed: that is written at once. */
  isNews: boolean;
  /** Wall clock since when its rows wait to be told. */
  sinceMs: number;
}

export interface StoreHost {
  history: LiveHistory;
  records: Records;
  now: () => number;
  /** The unit that the source gave a channel of an asset. */
  unitOf: (assetId: string, channel: string) => string;
}

/** Rows kept in memory while the disk takes none. */
const mostRows = 500_000;
/** Notes that tell only of more rows are written this often, ms. */
const quietMs = 30_000;
/** Notes written in one go: ten thousand at once stop the thread for seconds. */
const mostNotes = 400;
/** Values in the journal from which on it is sealed without waiting for its time. */
const mostJournalled = 12_000_000;

/** Creates the store. */
export function createLiveStore({ history, records, now, unitOf }: StoreHost): LiveStore {
  let batch: LiveBatch = { readings: [], scores: [] };
  let rows = 0;
  let journalled = 0;
  const notes = new Map<string, Pending>();
  /** What was last told of each asset, in short. */
  const told = new Map<string, string>();
  let storedMs = now();
  let lost = 0;
  let failure: Fault | null = null;
  let isSealing = false;
  const isLong = () => journalled > mostJournalled;

  function note({ assetId, t, channels }: ReadingBlock, moment: Moment | null): void {
    let pending = notes.get(assetId);
    if (!pending) notes.set(assetId, (pending = beginNote(assetId, now())));
    const { note } = pending;
    if (moment) {
      const gist = describeGist(moment.state);
      if (gist !== told.get(assetId)) pending.isNews = true;
      told.set(assetId, gist);
      note.state = { assetId, modelId: moment.modelId, tMs: t.at(-1)!, state: moment.state };
      if (moment.changed.length > 0) note.findings = joinFindings(note.findings, moment.changed);
    }
    if (pending.names !== channels) {
      pending.names = channels;
      const added = channels.map((name): Channel => ({ name, unit: unitOf(assetId, name), role: 'reading' }));
      note.channels = joinChannels(note.channels, added);
    }
    extendSpan(note, t.length, t[0]!, t.at(-1)!);
  }

  /** Writes what has changed of the pumps at once, and how far their readings reach from time to time; what is news first. */
  async function writeNotes(): Promise<void> {
    const isDue = ({ sinceMs }: Pending) => now() - sinceMs >= quietMs;
    const pending = [...notes.values()];
    const news = pending.filter(({ isNews }) => isNews);
    const quiet = pending.filter((each) => !each.isNews && isDue(each));
    const taken = [...news, ...quiet].slice(0, mostNotes).map((each) => ({ ...each, isWhole: isDue(each) }));
    if (taken.length === 0) return;
    for (const { note } of taken) notes.delete(note.assetId);
    try {
      await records.recordLive(taken.map(({ note, isWhole }) => (isWhole ? note : { ...note, rows: 0 })));
      for (const { note, names, sinceMs, isWhole } of taken) {
        if (!isWhole) putBack({ note: { ...note, findings: [] }, names, sinceMs, isNews: false });
      }
    } catch (error) {
      for (const each of taken) putBack(each);
      throw error;
    }
  }

  function putBack({ note: earlier, names, sinceMs, isNews }: Pending): void {
    const since = notes.get(earlier.assetId);
    notes.set(earlier.assetId, {
      names: since?.names ?? names,
      isNews: isNews || (since?.isNews ?? false),
      sinceMs,
      note: since ? joinNotes(earlier, since.note) : earlier
    });
  }

  /** Writes the batch; one that could not be written goes before the next, as long as there is memory for both. */
  async function writeBatch(): Promise<void> {
    const taken = batch;
    const takenRows = rows;
    const atMs = now();
    batch = { readings: [], scores: [] };
    rows = 0;
    try {
      if (taken.readings.length + taken.scores.length > 0) await history.append(taken);
    } catch (error) {
      if (rows + takenRows > mostRows) lost += takenRows;
      else {
        batch = { readings: [...taken.readings, ...batch.readings], scores: [...taken.scores, ...batch.scores] };
        rows += takenRows;
      }
      throw error;
    }
    journalled += taken.readings.reduce((sum, { t, columns }) => sum + t.length * columns.length, 0);
    storedMs = atMs;
  }

  return {
    add(readings, scores, moment) {
      if (readings.t.length === 0) return;
      batch.readings.push(readings);
      if (scores) batch.scores.push(scores);
      rows += readings.t.length;
      note(readings, moment);
    },
    addScores: (scores) => void batch.scores.push(scores),

    async flush() {
      failure = (await attempt(writeBatch)) ?? (await attempt(writeNotes));
    },

    async seal(beforeMs) {
      if (isSealing) return;
      isSealing = true;
      const before = journalled;
      const fault = await attempt(() => history.seal(isLong() ? Infinity : beforeMs));
      if (fault) failure = fault;
      else journalled -= before; // of a seal by the clock a little is left: the next one is late by that
      isSealing = false;
    },
    isLong,

    storedToMs: () => storedMs,
    fault: () => failure ?? describeLoss(lost)
  };
}

/** What a person would want to know of at once. */
function describeGist({ condition, reason, finding }: PumpState): string {
  return `${condition} ${reason} ${finding?.id}`;
}

/** Of an asset of which nothing is to be told yet. */
function beginNote(assetId: string, sinceMs: number): Pending {
  const nothing = { state: null, findings: [], channels: [], rows: 0, t0Ms: Infinity, t1Ms: -Infinity, stepMs: NaN };
  return { note: { assetId, ...nothing }, names: [], isNews: false, sinceMs };
}

/** Two notes of one asset, the second the later, as one. */
function joinNotes(first: LiveNote, then: LiveNote): LiveNote {
  const joined: LiveNote = {
    ...first,
    state: then.state ?? first.state,
    findings: joinFindings(first.findings, then.findings),
    channels: joinChannels(first.channels, then.channels)
  };
  extendSpan(joined, then.rows, then.t0Ms, then.t1Ms);
  return joined;
}

/** Adds rows to a note, in place: it is done for every reading. */
function extendSpan(note: LiveNote, rows: number, t0Ms: number, t1Ms: number): void {
  note.rows += rows;
  note.t0Ms = Math.min(note.t0Ms, t0Ms);
  note.t1Ms = Math.max(note.t1Ms, t1Ms);
  note.stepMs = (note.t1Ms - note.t0Ms) / (note.rows - 1);
}

/** Of several versions of a finding the last one. */
function joinFindings(first: Finding[], then: Finding[]): Finding[] {
  return [...new Map([...first, ...then].map((finding) => [finding.id, finding])).values()];
}

/** All channels of two notes, the first's first. */
function joinChannels(first: Channel[], then: Channel[]): Channel[] {
  const known = new Set(first.map(({ name }) => name));
  const added = then.filter(({ name }) => !known.has(name));
  return added.length > 0 ? [...first, ...added] : first;
}

function describeLoss(rows: number): Fault | null {
  return rows === 0
    ? null
    : fail('storage', 'live readings', `${rows} rows lost`, 'room on the disk, or in memory').fault;
}

/** Why the work failed; null where it did not. */
async function attempt(work: () => Promise<unknown>): Promise<Fault | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof StorageFault) return error.asFault();
    return fail('storage', 'live readings', String(error), 'a write that succeeds').fault;
  }
}
