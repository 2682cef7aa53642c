/** What must hold once everybody has heard of everything. Each broken promise is a sentence; none is an empty list. */
import { isDeepStrictEqual } from 'node:util';
import type { Entity, Operation, OperationResult } from '$lib/domain/operation';
import { applyOperation } from '$lib/sync/apply';
import { canonical } from '$lib/sync/canonical';
import { findBrokenLink } from '$lib/sync/chain';
import { clampHlc } from '$lib/sync/clock';
import { visibleGroups } from '../../src/server/sync/visible';
import type { StoreDisk } from '../support/memory-sync-store';
import type { Backend } from './backend';
import type { Device } from './device';

type Settled = { operation: Operation; result: OperationResult };

export function findBrokenPromises(devices: Device[], backend: Backend, wasRestored: boolean): string[] {
  const log = [...backend.disk.operations.values()];
  return [
    ...devices.flatMap((device) => [
      ...checkDrained(device),
      ...checkChain(device, backend),
      ...checkEqual(device, backend),
      ...checkConflicts(device, log)
    ]),
    ...checkCommitted(devices, log),
    ...checkEffects(backend.disk),
    ...(wasRestored ? [] : checkByReplay(backend, log))
  ];
}

/** True where a device has nothing left to send or to hear. */
export function isQuiet(device: Device, backend: Backend): boolean {
  const state = device.disk.state.get('state');
  return !state || (state.settledSeq === state.seq && state.cursor === (backend.disk.version.get('newest') ?? 0));
}

function checkDrained({ name, disk }: Device): string[] {
  const { seq, settledSeq } = disk.state.get('state') ?? { seq: 0, settledSeq: 0 };
  const open = disk.confirmed.size;
  return [
    ...(seq === settledSeq ? [] : [`${name}: the outbox stands at ${settledSeq} of ${seq}`]),
    ...(open === 0 || seq !== settledSeq ? [] : [`${name}: ${open} entities wait for operations that were settled`])
  ];
}

function checkChain({ name, disk }: Device, backend: Backend): string[] {
  const state = disk.state.get('state');
  if (!state) return [];
  const mine = [...disk.operations.values()].map(({ operation }) => operation).sort((a, b) => a.seq - b.seq);
  const theirs = [...backend.disk.operations.values()]
    .map(({ operation }) => operation)
    .filter(({ deviceId }) => deviceId === state.deviceId)
    .sort((a, b) => a.seq - b.seq);
  return [
    ...(findBrokenLink(mine) === null ? [] : [`${name}: its chain breaks at ${findBrokenLink(mine)}`]),
    ...(findBrokenLink(theirs) === null ? [] : [`${name}: the backend's chain breaks at ${findBrokenLink(theirs)}`]),
    ...(isDeepStrictEqual(mine, theirs) ? [] : [`${name}: it and the backend have different operations`])
  ];
}

function checkEqual({ name, disk }: Device, backend: Backend): string[] {
  const broken: string[] = [];
  const groups = visibleGroups(backend.callers.get(name)!);
  const groupOf = (assetId: string) =>
    (backend.disk.entities.get(`asset ${assetId}`) as Entity<'asset'> | undefined)?.body?.group ?? '';
  const isVisible = ({ assetId }: Entity) =>
    groups === null || groupOf(assetId) === '' || groups.includes(groupOf(assetId));
  for (const [key, theirs] of backend.disk.entities.entries()) {
    if (!isVisible(theirs)) continue;
    const mine = disk.entities.get(key);
    if (!mine) broken.push(`${name}: ${key} is missing`);
    else if (!isSame(mine, theirs)) broken.push(`${name}: ${key} differs`);
  }
  for (const [key, mine] of disk.entities.entries()) {
    if (isVisible(mine) && !backend.disk.entities.get(key)) broken.push(`${name}: only it has ${key}`);
  }
  return broken;
}

/** Whether a device has an entity as the backend has it. A line of the journal that its own operation has left may do without a revision. */
export function isSame(mine: Entity | undefined, theirs: Entity): boolean {
  const isOwnLine = mine?.kind === 'journal' && mine.rev === 0;
  return isDeepStrictEqual(mine, isOwnLine ? { ...theirs, rev: 0 } : theirs);
}

/** What was refused is shown on the device that asked for it, and there alone. */
function checkConflicts({ name, disk, resolved }: Device, log: Settled[]): string[] {
  const { deviceId } = disk.state.get('state') ?? {};
  const shown = new Set([...disk.conflicts.values()].map(({ opId }) => opId));
  const refused = new Map(
    log.filter(({ result }) => result.outcome === 'refused').map((each) => [each.operation.opId, each])
  );
  const own = [...refused.values()].filter(({ operation }) => operation.deviceId === deviceId);
  return [
    ...own
      .filter(({ operation: { opId } }) => !shown.has(opId) && !resolved.has(opId))
      .map(({ operation }) => `${name}: the refusal of ${operation.opId} is not shown`),
    ...[...shown]
      .filter((opId) => !refused.has(opId))
      .map((opId) => `${name}: shows a refusal of ${opId} that never was`)
  ];
}

/** What a commit has answered for is at the backend, once. */
function checkCommitted(devices: Device[], log: Settled[]): string[] {
  const times = new Map<string, number>();
  for (const { operation } of log) times.set(operation.opId, (times.get(operation.opId) ?? 0) + 1);
  return [
    ...devices.flatMap(({ name, committed }) =>
      [...committed].filter((opId) => !times.has(opId)).map((opId) => `${name}: ${opId} was lost`)
    ),
    ...[...times].filter(([, count]) => count > 1).map(([opId, count]) => `${opId} was settled ${count} times`)
  ];
}

/** Each effect once, counted without the code that makes effects. */
export function checkEffects(disk: StoreDisk): string[] {
  const broken: string[] = [];
  const log = [...disk.operations.values()];
  const applied = log.filter(({ result }) => result.outcome === 'applied').map(({ operation }) => operation);
  const raised = new Map<string, number>();
  const newest = new Map<string, unknown>();
  for (const operation of applied) {
    const { kind, id, opId } = operation;
    if (kind === 'rule' && !disk.entities.get(`rule-change ${opId}`)) broken.push(`${opId} is in no history`);
    if (kind === 'alarm' && !disk.entities.get(`journal ${opId}`)) broken.push(`${opId} has no line in the journal`);
    if (kind === 'alarm' && operation.body.event.kind === 'raise') raised.set(id, (raised.get(id) ?? 0) + 1);
    if (kind === 'rule') newest.set(`rule ${id}`, operation.body.rule);
    if (kind === 'finding' || kind === 'promotion' || kind === 'asset') newest.set(`${kind} ${id}`, operation.body);
  }
  for (const [key, body] of newest) {
    if (canonical(disk.entities.get(key)?.body ?? null) !== canonical(body))
      broken.push(`${key} is not as it was written last`);
  }
  const count = (kind: string) => [...disk.entities.values()].filter((entity) => entity.kind === kind).length;
  const expect = (kind: 'alarm' | 'comment' | 'rule') => applied.filter((operation) => operation.kind === kind).length;
  if (count('journal') !== expect('alarm'))
    broken.push(`${count('journal')} lines in the journal for ${expect('alarm')} events`);
  if (count('rule-change') !== expect('rule'))
    broken.push(`${count('rule-change')} lines in the histories for ${expect('rule')} changes of rules`);
  if (count('rule-change') !== expect('rule'))
    broken.push(`${count('rule-change')} notes of changed rules for ${expect('rule')}`);
  if (count('comment') !== expect('comment')) broken.push(`${count('comment')} comments of ${expect('comment')}`);
  for (const entity of disk.entities.values()) {
    if (entity.kind !== 'alarm') continue;
    const { count } = (entity as Entity<'alarm'>).body!;
    if (count !== (raised.get(entity.id) ?? 0))
      broken.push(`${entity.id} counts ${count} of ${raised.get(entity.id) ?? 0}`);
  }
  return broken;
}

/** The backend's log, done again by a model that is nothing but a map, gives the backend's results and entities. */
function checkByReplay({ disk, settledMs, left }: Backend, log: Settled[]): string[] {
  const entities = new Map(left.map((entity) => [`${entity.kind} ${entity.id}`, entity]));
  const broken: string[] = [];
  let rev = left.length;
  const put = (entity: Entity) => entities.set(`${entity.kind} ${entity.id}`, { ...entity, rev: ++rev });
  for (const { operation, result } of log) {
    if (result.outcome === 'refused' && result.code === 'forbidden') continue;
    const current = entities.get(`${operation.kind} ${operation.id}`);
    const hlc = clampHlc(operation.hlc, settledMs.get(operation.opId)!);
    const applied = applyOperation(current, { ...operation, hlc });
    const outcome = 'refused' in applied ? 'refused' : applied.changed.length > 0 ? 'applied' : 'duplicate';
    if (outcome !== result.outcome) broken.push(`${operation.opId} was ${result.outcome} and should be ${outcome}`);
    if ('refused' in applied) continue;
    applied.changed.forEach(put);
    if (operation.kind !== 'asset') continue;
    const before = (current as Entity<'asset'> | undefined)?.body?.group ?? '';
    if (before === operation.body.group || applied.changed.length === 0) continue;
    const about = [...entities.values()].filter(({ assetId }) => assetId === operation.assetId);
    about.sort((a, b) => a.rev - b.rev).forEach(put);
  }
  const same = (a: Iterable<[string, Entity]>) => canonical(Object.fromEntries(a));
  if (broken.length === 0 && same(entities) !== same(disk.entities.entries()))
    broken.push('the log does not give the entities');
  return broken;
}
