/**
 * The alarm desk of live monitoring: watches the rules of every asset, and writes what happens into the ledger. Nothing is told twice and nothing
 * is lost: what cannot be written stays in order and is tried again. It contains no arithmetic; the rules' are in `alarms`.
 */
import { findAlarmId, watchPlan, type AlarmWatch, type WatchEvent } from '../../alarms/alarm-watch';
import { createRulePlans } from '../../alarms/rule-plans';
import type { Alarm } from '../../domain/alarm';
import type { Ledger } from '../../domain/ledger';
import type { Entity, OperationDraft } from '../../domain/operation';
import { fail, type Fault } from '../../domain/result';
import type { OperatingState } from '../../prepare/operating-state';
import type { ReadingBlock } from '../../domain/reading-block';
import type { ScoreBlock } from '../../domain/score';

/** An asset as the desk must know it before it watches it. */
export interface WatchedPump {
  assetId: string;
  name: string;
  /** Its readings' channels, as far as they are known; what comes with the readings is added. */
  channels: string[];
  /** True for a simulated pump, for which the reference's limits hold. */
  isReferencePump: boolean;
  /** Time of the newest row that was watched before; null for none. */
  newestMs: number | null;
}

export interface AlarmDesk {
  /** Begins to watch assets, or begins anew after their rules have changed. */
  take(pumps: WatchedPump[]): Promise<void>;
  leave(assetId: string): void;
  /** Begins anew to watch those of these assets that are watched, at the next tick: their rules on record are others. */
  retake(assetIds: readonly string[]): void;
  /** Takes rows that were the newest of their asset, with the scores that came with them. */
  push(
    readings: ReadingBlock,
    scores: ScoreBlock | null,
    threshold: number,
    operating: readonly OperatingState[]
  ): void;
  /** Lets time pass for every asset: as much as has gone by since its newest row came, and none over a stretch in which nobody watched. */
  tick(): void;
  /** Forgets how long assets have been silent: nobody watched, so nobody can know. */
  forgive(): void;
  /** Learns what people have done to alarms that stand. */
  learn(): Promise<void>;
  /** Why nothing is written now; null while all is. */
  fault(): Fault | null;
}

interface Watched {
  pump: WatchedPump;
  watch: AlarmWatch;
  /** The list of channels that came last: blocks of one source share it. */
  laidOut: readonly string[];
  /** The newest row's own time, and the wall clock at which it came. */
  newestMs: number;
  arrivedMs: number;
}

/** What happened to assets since they were asked for; the ledger may have been read before it. */
interface Taking {
  told: Set<string>;
  left: Set<string>;
}

/** With more assets at once, the ledger is read whole. */
const fewAssets = 50;
const mostAlarms = 100_000;
/** Events waiting to be written; more than that can come only while no disk takes any. */
const mostWaiting = 50_000;
/** Events written in one transaction: others wait for it. */
const atOnce = 100;
/** Assets taken without a pause. */
const takenAtOnce = 200;

/** Creates the desk; `now` is the wall clock, `pause` lets the thread breathe, by a task of its own. */
export function createAlarmDesk(
  ledger: Ledger,
  now: () => number,
  pause: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve))
): AlarmDesk {
  const watched = new Map<string, Watched>();
  const planOf = createRulePlans();
  const takings = new Set<Taking>();
  /** Resolved when the assets asked for so far are taken: those asked for later have the newer rules. */
  let taken: Promise<void> = Promise.resolve();
  /** Pumps of which channels came that have no rules yet, whose rules have changed, and those to be taken once more. */
  const grown = new Map<string, WatchedPump>();
  let waiting: OperationDraft[] = [];
  let isWriting = false;
  let failure: Fault | null = null;
  let lost = 0;
  let deviceId = '';

  function tell(assetId: string, events: readonly WatchEvent[]): void {
    for (const { told } of takings) told.add(assetId);
    for (const { ruleId, event } of events) {
      if (waiting.length >= mostWaiting) {
        lost += 1;
        continue;
      }
      const id = findAlarmId(deviceId, ruleId);
      waiting.push({ kind: 'alarm', id, assetId, body: { assetId, ruleId, deviceId, event } });
    }
    if (waiting.length > 0) void write();
  }

  async function write(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    try {
      while (waiting.length > 0) {
        const drafts = waiting.slice(0, atOnce);
        await ledger.commit(drafts, '');
        waiting = waiting.slice(drafts.length);
      }
      failure = null;
    } catch (error) {
      failure = fail('storage', 'alarms', String(error), 'room for what happens to alarms').fault;
    } finally {
      isWriting = false;
    }
  }

  /**
   * A store that another one was copied from, or put back over, goes on under a new id. The alarms of the former id stay on the list as that
   * device's, for people to act on, because the other store may watch them. Nothing that holds is forgotten: each asset is taken anew, without
   * an alarm that stands, so it is raised again under the new id.
   */
  async function readDeviceId(): Promise<void> {
    const { deviceId: present } = await ledger.device();
    if (present === deviceId) return;
    const isFirst = deviceId === '';
    deviceId = present;
    if (!isFirst) retake([...watched.keys()]);
  }

  /** After those who read rules now have put what they read in its place. */
  function retake(assetIds: readonly string[]): void {
    void taken.then(() => {
      for (const assetId of assetIds) {
        const entry = watched.get(assetId);
        if (entry && !grown.has(assetId)) grown.set(assetId, entry.pump);
      }
    });
  }

  /** This device's alarms that stand, and the changed rules: by asset. */
  async function read(assetIds: string[]): Promise<[Entity<'alarm'>[], Entity<'rule'>[]]> {
    if (assetIds.length > fewAssets) {
      return Promise.all([
        ledger.entities({ kind: 'alarm', isOpen: true, limit: mostAlarms }),
        ledger.entities({ kind: 'rule', limit: mostAlarms })
      ]);
    }
    const each = await Promise.all(
      assetIds.map((assetId) =>
        Promise.all([
          ledger.entities({ kind: 'alarm', isOpen: true, assetId, limit: mostAlarms }),
          ledger.entities({ kind: 'rule', assetId, limit: mostAlarms })
        ])
      )
    );
    return [each.flatMap(([alarms]) => alarms), each.flatMap(([, rules]) => rules)];
  }

  function take(pumps: WatchedPump[]): Promise<void> {
    const taking: Taking = { told: new Set(waiting.map(({ assetId }) => assetId)), left: new Set() };
    takings.add(taking);
    const done = taken.then(() => takeAll(pumps, taking)).finally(() => takings.delete(taking));
    taken = done.catch(() => undefined);
    return done;
  }

  async function takeAll(pumps: WatchedPump[], { told, left }: Taking): Promise<void> {
    await readDeviceId();
    const [alarms, rules] = await read(pumps.map(({ assetId }) => assetId));
    const alarmsOf = groupByAsset(alarms.filter(({ body }) => body!.deviceId === deviceId));
    const rulesOf = groupByAsset(rules);
    for (const [i, pump] of pumps.entries()) {
      if (i > 0 && i % takenAtOnce === 0) await pause();
      const { assetId, name } = pump;
      if (left.has(assetId)) continue;
      const before = watched.get(assetId);
      // What was read may lack what has been told: it would be told again.
      if (before && told.has(assetId)) grown.set(assetId, pump);
      else {
        // What came meanwhile has been watched already; it may be that nothing came yet.
        const watchedMs = before?.newestMs ?? NaN;
        const newestMs = Number.isNaN(watchedMs) ? pump.newestMs : watchedMs;
        const standing: Alarm[] = alarmsOf.get(assetId) ?? [];
        const plan = planOf(pump, rulesOf.get(assetId) ?? []);
        const watch = watchPlan(plan, { deviceId, assetId, assetName: name, alarms: standing, newestMs });
        watched.set(assetId, { pump, watch, laidOut: [], newestMs: newestMs ?? NaN, arrivedMs: now() });
      }
    }
  }

  /** Notes channels that have no rules yet. */
  function layOut(entry: Watched, channels: readonly string[]): void {
    entry.laidOut = channels;
    const { pump } = entry;
    const added = channels.filter((channel) => !pump.channels.includes(channel));
    if (added.length > 0) grown.set(pump.assetId, { ...pump, channels: [...pump.channels, ...added] });
  }

  /** Not before all is written: what stands is read from the ledger. */
  function takeGrown(): void {
    const pumps = [...grown.values()];
    grown.clear();
    take(pumps).catch((error: unknown) => {
      failure = fail('storage', 'alarm rules', String(error), 'the rules on record').fault;
      for (const pump of pumps) if (watched.has(pump.assetId)) grown.set(pump.assetId, pump);
    });
  }

  return {
    take,
    retake,

    leave(assetId) {
      watched.delete(assetId);
      grown.delete(assetId);
      for (const { left } of takings) left.add(assetId);
    },

    push(readings, scores, threshold, operating) {
      const entry = watched.get(readings.assetId);
      if (!entry) return;
      if (readings.channels !== entry.laidOut) layOut(entry, readings.channels);
      entry.newestMs = readings.t.at(-1)!;
      entry.arrivedMs = now();
      const events = entry.watch.push(readings, scores, threshold, operating);
      if (events.length > 0) tell(readings.assetId, events);
    },

    tick() {
      const nowMs = now();
      for (const [assetId, { watch, newestMs, arrivedMs }] of watched) {
        const events = watch.tick(newestMs + (nowMs - arrivedMs));
        if (events.length > 0) tell(assetId, events);
      }
      if (waiting.length > 0) void write();
      else if (grown.size > 0) takeGrown();
    },

    forgive() {
      const nowMs = now();
      for (const entry of watched.values()) entry.arrivedMs = nowMs;
    },

    async learn() {
      if (watched.size === 0) return;
      await readDeviceId();
      for (const { assetId, body } of await ledger.entities({ kind: 'alarm', isOpen: true, limit: Infinity })) {
        if (body && body.deviceId === deviceId) watched.get(assetId)?.watch.learn(body);
      }
    },

    fault: () =>
      failure ??
      (lost > 0 ? fail('storage', 'alarms', `${lost} events lost`, 'room on the disk, or in memory').fault : null)
  };
}

function groupByAsset<Body>(entities: { assetId: string; body: Body | null }[]): Map<string, Body[]> {
  const groups = new Map<string, Body[]>();
  for (const { assetId, body } of entities) {
    if (!body) continue;
    const group = groups.get(assetId);
    if (group) group.push(body);
    else groups.set(assetId, [body]);
  }
  return groups;
}
