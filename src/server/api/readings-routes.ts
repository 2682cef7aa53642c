/** The endpoints of readings: in, and back out as they are now, as they were, and where they were out of the ordinary. */
import * as v from 'valibot';
import type { AssetGroups } from '../scoring/asset-groups';
import { readFindingHistory } from '../scoring/finding-history';
import type { Incoming, Ingest, Taken } from '../scoring/ingest';
import { defaultModel } from '../scoring/models';
import type { ReadingsStore } from '../scoring/readings-store';
import type { Db } from '../store/db';
import { visibleGroups } from '../sync/visible';
import {
  findingOut,
  readingOut,
  scoreOut,
  showFinding,
  showReadings,
  showScore,
  showStanding,
  standingOut
} from './answers';
import { assetId, defaultAsset, pageLimit, pumpValues, queryTime, readPumpValues, time } from './fields';
import { describeReason, refusalSchema, refuse, type Reason } from './refusal';
import { defineRoute, type Caller, type Route } from './route';

export interface ReadingsPlace {
  db: Db;
  ingest: Ingest;
  store: ReadingsStore;
  groups: AssetGroups;
  nowMs: () => number;
}

/** A reading further ahead of our clock is not believed. */
const mostAheadMs = 10_000;
const mostReadings = 1000;
/** Scores that go with a page of readings, at most: a model may be faster than its readings. */
const mostScores = 20_000;
const dayMs = 86_400_000;

const readingIn = v.pipe(
  v.strictObject({
    assetId: v.optional(assetId, defaultAsset),
    time: v.optional(v.nullable(time), null),
    ...pumpValues
  }),
  v.check((reading) => readPumpValues(reading).some((value) => !Number.isNaN(value)), 'at least one of the ten values')
);
const ingestBody = v.union([readingIn, v.pipe(v.array(readingIn), v.minLength(1), v.maxLength(mostReadings))]);

/** `deviceId` is null where the server has found it. */
const foundOut = v.strictObject({ ...findingOut.entries, deviceId: v.nullable(v.string()) });

const range = { from: v.optional(queryTime), to: v.optional(queryTime) };

const whichModel =
  `All pumps are scored by the model \`${defaultModel}\`, which \`modelId\` names, whatever model a device has for them. ` +
  'A pump that does not send all channels of the model is `unknown`.';

/** The rows. */
export function readingsRoutes(place: ReadingsPlace): Route[] {
  const { db, ingest, store, groups, nowMs } = place;
  const hiddenFrom = (caller: Caller) => groups.hiddenFrom(visibleGroups(caller));

  const takeReadings = defineRoute({
    method: 'POST',
    path: '/api/ingest',
    name: 'ingestReadings',
    summary: `Takes a reading, or up to 1,000, stores them, and says how their pumps stand. ${whichModel}`,
    tag: 'readings',
    access: 'readings.ingest',
    body: ingestBody,
    answers: {
      200: {
        describes: 'All readings are stored.',
        schema: v.strictObject({ stored: v.number(), assets: v.array(standingOut) })
      },
      409: { describes: 'A pump of a simulation takes no other readings.', schema: refusalSchema }
    },
    async handle({ body, caller, requestId }) {
      const list = Array.isArray(body) ? body : [body];
      const hidden = await hiddenFrom(caller);
      const latestMs = nowMs() + mostAheadMs;
      for (const [i, reading] of list.entries()) {
        const root = Array.isArray(body) ? `body[${i}]` : 'body';
        if (hidden.includes(reading.assetId))
          return refuse(foreignAsset(`${root}.assetId`, reading.assetId), requestId);
        if (reading.time !== null && reading.time > latestMs)
          return refuse(ahead(`${root}.time`, reading.time), requestId);
      }
      const incoming = list.map((reading): Incoming => ({
        assetId: reading.assetId,
        tMs: reading.time,
        values: readPumpValues(reading)
      }));
      const taken = await ingest.take(incoming, false);
      if (taken.kind !== 'stored') return refuse(describeTaken(taken), requestId);
      return { status: 200, body: { stored: incoming.length, assets: taken.standings.map(showStanding) } };
    }
  });

  const liveData = defineRoute({
    method: 'GET',
    path: '/api/live-data',
    name: 'getLiveData',
    summary: `How each pump stands, with its newest reading; of one pump, or of all by name. ${whichModel}`,
    tag: 'readings',
    access: 'history.read',
    query: v.strictObject({ assetId: v.optional(assetId), after: v.optional(assetId), limit: pageLimit(100, 1000) }),
    answers: {
      200: {
        describes: 'The pumps; `next` is what `after` has to be for the following ones.',
        schema: v.strictObject({
          assets: v.array(v.strictObject({ ...standingOut.entries, reading: v.nullable(readingOut) })),
          next: v.nullable(v.string())
        })
      }
    },
    async handle({ query: { assetId, after, limit }, caller }) {
      const hidden = await hiddenFrom(caller);
      const isHidden = assetId !== undefined && hidden.includes(assetId);
      const one = assetId === undefined || isHidden ? undefined : await store.standing(assetId);
      const found = assetId === undefined ? await store.standings(hidden, after ?? '', limit) : one ? [one] : [];
      const readings = await store.newestReadings(found.map((each) => each.assetId));
      const assets = found.map((standing) => {
        const block = readings.get(standing.assetId);
        return { ...showStanding(standing), reading: (block && showReadings(block)[0]) ?? null };
      });
      const isFull = assetId === undefined && found.length === limit;
      return { status: 200, body: { assets, next: isFull ? found.at(-1)!.assetId : null } };
    }
  });

  const sensorHistory = defineRoute({
    method: 'GET',
    path: '/api/sensor-history',
    name: 'getSensorHistory',
    summary:
      'Readings of a pump in time order, with the scores of the same stretch; the last day, unless said otherwise.',
    tag: 'readings',
    access: 'history.read',
    query: v.strictObject({ assetId: v.optional(assetId, defaultAsset), ...range, limit: pageLimit(1000, 10_000) }),
    cost: 5,
    answers: {
      200: {
        describes: 'A page; `next` is what `from` has to be for the following one.',
        schema: v.strictObject({
          assetId: v.string(),
          readings: v.array(readingOut),
          scores: v.array(scoreOut),
          next: v.nullable(v.number())
        })
      }
    },
    async handle({ query: { assetId, from, to, limit }, caller }) {
      const empty = { assetId, readings: [], scores: [], next: null };
      if ((await hiddenFrom(caller)).includes(assetId)) return { status: 200, body: empty };
      const [fromMs, toMs] = rangeOf(from, to, nowMs());
      const block = await store.readReadings(assetId, fromMs, toMs, limit);
      const isFull = block.t.length === limit;
      const lastMs = isFull ? block.t.at(-1)! : toMs;
      const scores = await store.readScores(assetId, fromMs, lastMs, mostScores);
      return {
        status: 200,
        body: {
          assetId,
          readings: showReadings(block),
          scores: scores.map(showScore),
          next: isFull ? lastMs + 1 : null
        }
      };
    }
  });

  const anomalyHistory = defineRoute({
    method: 'GET',
    path: '/api/anomaly-history',
    name: 'getAnomalyHistory',
    summary:
      'Findings by the time they were known, newest first; of the last 30 days, unless said otherwise. Those of devices among them, as far as they were synchronised.',
    tag: 'readings',
    access: 'history.read',
    query: v.strictObject({
      assetId: v.optional(assetId),
      ...range,
      cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,13}(?:\.\d{1,20})?~[^]{1,600}$/))),
      limit: pageLimit(100, 1000)
    }),
    cost: 2,
    answers: {
      200: {
        describes: 'A page; `next` is the `cursor` of the following one.',
        schema: v.strictObject({ findings: v.array(foundOut), next: v.nullable(v.string()) })
      }
    },
    async handle({ query: { assetId = null, from, to, cursor, limit }, caller }) {
      const [fromMs, toMs] = rangeOf(from, to, nowMs(), 30 * dayMs);
      const hidden = await hiddenFrom(caller);
      const before = cursor === undefined ? null : readCursor(cursor);
      const found = await readFindingHistory(db, { assetId, hidden, fromMs, toMs, before, limit });
      const findings = found.map(({ finding, deviceId }) => ({ ...showFinding(finding), deviceId }));
      const last = findings.length === limit ? findings.at(-1) : undefined;
      return { status: 200, body: { findings, next: last ? `${last.openedMs}~${last.id}` : null } };
    }
  });

  return [takeReadings, liveData, sensorHistory, anomalyHistory];
}

/** The range asked for; what is left out ends a little ahead of now, since clocks differ, and begins `usualMs` before. */
function rangeOf(from: number | undefined, to: number | undefined, nowMs: number, usualMs = dayMs): [number, number] {
  const toMs = to ?? nowMs + mostAheadMs;
  return [from ?? toMs - usualMs, toMs];
}

function readCursor(cursor: string): { openedMs: number; id: string } {
  const at = cursor.indexOf('~');
  return { openedMs: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}

function foreignAsset(where: string, assetId: string): Reason {
  return describeReason(403, 'forbidden', where, assetId, 'a pump of the caller’s groups');
}

function ahead(where: string, tMs: number): Reason {
  return describeReason(
    422,
    'bad-input',
    where,
    new Date(tMs).toISOString(),
    'a time that is not ahead of the server’s'
  );
}

/** Why readings were not taken, in the words of a refusal. */
function describeTaken(taken: Exclude<Taken, { kind: 'stored' }>): Reason {
  const later = { 'Retry-After': '1' };
  switch (taken.kind) {
    case 'full':
      return describeReason(503, 'busy', 'body', 'too many readings wait', 'fewer at a time', later);
    case 'not-stored':
      return describeReason(503, 'not-stored', 'body', 'the database took nothing', 'the same call again', later);
    case 'too-many-assets':
      return describeReason(422, 'bad-input', 'body', 'a pump more than can be watched', 'at most 10,000 pumps');
    case 'not-yours':
      return describeReason(409, 'other-source', 'body', taken.assetId, 'a pump that a simulation does not feed');
  }
}
