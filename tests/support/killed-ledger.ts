/**
 * What one thread of the killed browser is held against: a backend in memory that it syncs with, what it was told to be stored, and what has
 * to be on its disk when it starts again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Entity, Operation } from '$lib/domain/operation';
import { canonical } from '$lib/sync/canonical';
import { findBrokenLink } from '$lib/sync/chain';
import { parsePushRequest } from '$lib/sync/protocol';
import type { Caller } from '../../src/server/api/route';
import { pullChanges } from '../../src/server/sync/pull';
import { pushOperations } from '../../src/server/sync/push';
import { checkEffects, isSame } from '../simulation/invariants';
import type { Found } from './ledger-writer.worker';
import { createMemorySyncStore, createStoreDisk } from './memory-sync-store';
import { createSealer, draftRule } from './operation-samples';

const signIn = (name: string): Caller => {
  return { kind: 'user', userId: name, name, role: 'administrator', groups: [], sessionId: name };
};
const caller = signIn('somebody');
const other = signIn('other');

/** What the thread was told: operations and pumps by what is stored of them. */
export interface Acknowledgement {
  opIds?: string[];
  pump?: string;
  model?: string;
  ended?: string;
}

export type KilledLedger = ReturnType<typeof createKilledLedger>;

export function createKilledLedger() {
  const disk = createStoreDisk();
  const store = createMemorySyncStore(disk);
  const seal = createSealer('other-device', 'other');
  const acknowledged: Acknowledgement[] = [];
  const resolved = new Set<string>();

  const atBackend = () => [...disk.operations.values()].map(({ operation }) => operation);

  return {
    acknowledge: (what: Acknowledgement) => void acknowledged.push(what),
    resolve: (opId: string) => void resolved.add(opId),

    /** Another device changes the rule that this one is about to change. */
    async interfere(stamp: string): Promise<void> {
      const newest = disk.entities.get('rule pump-1:pressure')?.rev ?? 0;
      const operations = [seal(draftRule(`theirs ${stamp}`), newest)];
      await pushOperations(store, other, { deviceId: 'other-device', operations }, Date.now());
    },

    /** Takes a push, or its first `most` operations. */
    async push(body: string, most = Infinity) {
      const request = parsePushRequest(JSON.parse(body));
      if (!request) throw new Error('This is no push.');
      const operations = request.operations.slice(0, most);
      return pushOperations(store, caller, { ...request, operations }, Date.now());
    },

    pull(url: string) {
      const query = new URLSearchParams(url.slice(url.indexOf('?')));
      return pullChanges(store, caller, Number(query.get('cursor')), 7, query.get('deviceId')!);
    },

    /** What is wrong with a disk as it is found after a kill. */
    checkFound({ device, operations, pumps, lax }: Found): string[] {
      const all = new Map([...atBackend(), ...operations].map((operation) => [operation.opId, operation]));
      const last = operations.at(-1);
      return [
        ...(findBrokenLink(operations) === null ? [] : [`the chain breaks at ${findBrokenLink(operations)}`]),
        ...(device.seq === (last?.seq ?? 0) && device.hash === (last?.hash ?? '') ? [] : ['the state is not the end']),
        ...(device.settledSeq <= device.seq ? [] : ['more is settled than there is']),
        ...(lax === 0 ? [] : [`${lax} transactions are not strict`]),
        ...checkAcknowledged(acknowledged, all, pumps),
        ...checkWhole([...all.values()]),
        ...checkPumps(pumps, [...all.values()])
      ];
    },

    /** What is wrong with a disk after everything was exchanged: with that of the device or of the backend. */
    checkDrained({ device, operations, entities, conflicts }: Found): string[] {
      const theirs = atBackend().filter(({ deviceId }) => deviceId === device.deviceId);
      const mine = new Map(entities.map((entity) => [`${entity.kind} ${entity.id}`, entity]));
      const log = [...disk.operations.values()];
      const times = new Map<string, number>();
      for (const { opId } of atBackend()) times.set(opId, (times.get(opId) ?? 0) + 1);
      const refused = log.filter(({ result }) => result.outcome === 'refused').map(({ operation }) => operation.opId);
      const held = [...disk.entities.values()].filter(({ body }) => body !== null);
      return [
        ...(device.settledSeq === device.seq ? [] : [`the outbox stands at ${device.settledSeq} of ${device.seq}`]),
        ...(isDeepStrictEqual(operations, theirs) ? [] : ['device and backend have different operations']),
        ...[...times].flatMap(([opId, count]) => (count === 1 ? [] : [`${opId} was settled ${count} times`])),
        ...held.flatMap((entity) =>
          isSame(mine.get(`${entity.kind} ${entity.id}`), entity) ? [] : [`${entity.id} differs`]
        ),
        ...(mine.size === held.length ? [] : [`${mine.size} entities for ${held.length} of the backend`]),
        ...refused.flatMap((opId) => (conflicts.includes(opId) || resolved.has(opId) ? [] : [`${opId} is not shown`])),
        ...checkEffects(disk)
      ];
    },

    /** Operations at the backend, and how many of them were refused. */
    count() {
      const log = [...disk.operations.values()];
      return { operations: log.length, refused: log.filter(({ result }) => result.outcome === 'refused').length };
    }
  };
}

function checkAcknowledged(
  acknowledged: readonly Acknowledgement[],
  all: ReadonlyMap<string, Operation>,
  pumps: Found['pumps']
): string[] {
  const found = new Map(pumps.map((pump) => [pump.id, pump]));
  return acknowledged.flatMap(({ opIds = [], pump, model, ended }) => [
    ...opIds.filter((opId) => !all.has(opId)).map((opId) => `${opId} was acknowledged and is lost`),
    ...(pump === undefined || found.has(pump) ? [] : [`${pump} was acknowledged and is lost`]),
    ...(model === undefined || found.get(model)?.modelId ? [] : [`the model of ${model} is lost`]),
    ...(ended === undefined || hasEnd(found.get(ended)) ? [] : [`the end of a finding of ${ended} is lost`])
  ]);
}

const hasEnd = (pump: Found['pumps'][number] | undefined) =>
  (pump?.findings as { endMs: number | null }[] | undefined)?.some(({ endMs }) => endMs !== null) ?? false;

/** The three operations of one commit are there, or none. */
function checkWhole(operations: Operation[]): string[] {
  const kindsOf = new Map<string, Set<string>>();
  for (const operation of operations) {
    const stamp = stampOf(operation);
    if (stamp !== null) kindsOf.set(stamp, (kindsOf.get(stamp) ?? new Set()).add(operation.kind));
  }
  return [...kindsOf].flatMap(([stamp, kinds]) =>
    kinds.size === 3 ? [] : [`of the commit ${stamp} there is only: ${[...kinds].join(', ')}`]
  );
}

function stampOf(operation: Operation): string | null {
  if (operation.deviceId === 'other-device') return null;
  if (operation.kind === 'rule') return operation.body.rule!.name.slice('mine '.length);
  if (operation.kind === 'comment') return operation.id.slice('comment-'.length);
  const isRaise = operation.kind === 'alarm' && operation.body.event.kind === 'raise';
  return isRaise ? operation.assetId.slice('pump-'.length) : null;
}

/** Pumps, models and findings say what their newest operations say: both are there, or both are not. */
function checkPumps(pumps: Found['pumps'], operations: Operation[]): string[] {
  // Ids are of version 7: they sort by the time at which they were made.
  const newest = new Map<string, Operation>();
  for (const operation of operations.sort((a, b) => (a.opId < b.opId ? -1 : 1))) {
    newest.set(`${operation.kind} ${operation.id}`, operation);
  }
  const told = (kind: string) => [...newest.values()].filter((operation) => operation.kind === kind);
  const findings = pumps.flatMap((pump) => pump.findings) as Entity<'finding'>['body'][];
  const models = pumps.flatMap(({ id, modelId }) => (modelId === null ? [] : [`${id} ${modelId}`]));
  const same = (what: string, stored: string[], operated: string[]) =>
    isDeepStrictEqual(stored.sort(), operated.sort()) ? [] : [`${what}: ${stored.length} and their operations differ`];
  return [
    ...same(
      'findings',
      findings.map(canonical),
      told('finding').map(({ body }) => canonical(body))
    ),
    ...same(
      'pumps',
      pumps.map(({ id }) => id),
      told('asset').map(({ id }) => id)
    ),
    ...same(
      'models',
      models,
      told('promotion').map(({ id, body }) => `${id} ${(body as { modelId: string }).modelId}`)
    )
  ];
}
