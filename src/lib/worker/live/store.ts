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

  function note(readings: ReadingBlock, moment: Moment | null): void {
    const { assetId, t, channels } = readings;
    const gist = moment && describeGist(moment.state);
    const isNews = gist !== null && gist !== told.get(assetId);
    if (isNews) told.set(assetId, gist);
    const added: LiveNote = {
      assetId,
      state: moment && { assetId, modelId: moment.modelId, tMs: t.at(-1)!, state: moment.state },
      findings: moment?.changed ?? [],
      rows: t.length,
      t0Ms: t[0]!,
      t1Ms: t.at(-1)!,
      channels: channels.map((name): Channel => ({ name, unit: unitOf(assetId, name), role: 'reading' })),
      stepMs: NaN
    };
    const before = notes.get(assetId);
    notes.set(assetId, {
      isNews: isNews || (before?.isNews ?? false),
      sinceMs: before?.sinceMs ?? now(),
      note: before ? joinNotes(before.note, added) : added
    });
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
      for (const { note, sinceMs, isWhole } of taken) {
        if (!isWhole) putBack({ note: { ...note, findings: [] }, sinceMs, isNews: false });
      }
    } catch (error) {
      for (const each of taken) putBack(each);
      throw error;
    }
  }

  function putBack({ note: earlier, sinceMs, isNews }: Pending): void {
    const since = notes.get(earlier.assetId);
    notes.set(earlier.assetId, {
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
      const all = isLong();
      const fault = await attempt(() => history.seal(all ? Infinity : beforeMs));
      if (fault) failure = fault;
      else journalled = 0; // of a seal by the clock a little is left: the next one is early by that
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

/** Two notes of one asset, the second the later, as one; of several versions of a finding the last one. */
function joinNotes(first: LiveNote, then: LiveNote): LiveNote {
  const rows = first.rows + then.rows;
  const t0Ms = Math.min(first.t0Ms, then.t0Ms);
  const t1Ms = Math.max(first.t1Ms, then.t1Ms);
  return {
    assetId: first.assetId,
    state: then.state ?? first.state,
    findings: [...new Map([...first.findings, ...then.findings].map((finding) => [finding.id, finding])).values()],
    rows,
    t0Ms,
    t1Ms,
    channels: joinChannels(first.channels, then.channels),
    stepMs: (t1Ms - t0Ms) / (rows - 1)
  };
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
