/**
 * One run: some devices and a backend live through ten minutes of bad network, wrong clocks and kills, all by one seed; then the weather
 * clears, and what was promised is checked. The same seed gives the same run.
 */
import type { Entity, OperationDraft } from '$lib/domain/operation';
import { createRandom, type Random } from '$lib/domain/random';
import type { Role } from '$lib/domain/role';
import { sealOperation } from '$lib/sync/chain';
import { schemaVersion } from '$lib/sync/version';
import type { Caller } from '../../src/server/api/route';
import { copyLedgerDisk, type LedgerDisk } from '../support/memory-ledger';
import { copyStoreDisk, type StoreDisk } from '../support/memory-sync-store';
import { createSimulatedNetwork } from '../support/simulated-network';
import { addLater, chooseDrafts, choosePoison } from './acts';
import { createBackend, type Backend } from './backend';
import { createDevice, type Device } from './device';
import { findBrokenPromises, isQuiet } from './invariants';
import type { Plants } from './plants';
import { createVirtualTime } from './virtual-time';

const startMs = Date.UTC(2030, 0, 1);
const badMs = 10 * 60_000;
const roundMs = 60_000;
const rounds = 40;

export interface Run {
  seed: number;
  broken: string[];
  /** What happened, for whoever looks into a seed. */
  events: number;
  operations: number;
  refused: number;
  restarts: number;
}

/** Runs the seed. `plants` are bugs put in on purpose. */
export async function simulate(seed: number, plants: Plants = {}): Promise<Run> {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) + 0x85ebca6b);
  const chance = (most: number) => (random.uniform() < 0.3 ? 0 : random.uniform() * most);
  const time = createVirtualTime(startMs);
  const broken: string[] = [];
  let ids = 0;
  const newId = () => `id-${seed}-${++ids}`;

  const backend = createBackend(time, random, 3 + Math.floor(random.uniform() * 30), plants);
  const weather = {
    lost: chance(0.2),
    answerLost: chance(0.3),
    repeated: chance(0.3),
    foreignAnswer: chance(0.2),
    longestDelayMs: 50 + random.uniform() * 5000
  };
  const network = createSimulatedNetwork(time, random, weather, (...request) => backend.answer(...request));

  /** Operations of which a device knows that the backend has settled them. */
  const known = new Set<string>();
  /** Operations that a page has counted in. */
  const counted = new Set<string>();
  const watch = {
    settled: (device: Device, opIds: string[]) => {
      for (const opId of opIds) {
        known.add(opId);
        counted.add(opId);
      }
      if (!wasRestored)
        broken.push(...findForgotten(backend, known).map((opId) => `${device.name}: ${opId} is settled nowhere`));
    },
    integrated: (device: Device, lastSeq: number) => {
      broken.push(...findHidden(device, lastSeq, counted));
      for (const { operation } of device.disk.operations.values())
        if (operation.seq <= lastSeq) counted.add(operation.opId);
    },
    failed: (message: string) => void broken.push(message)
  };
  const devices = Array.from({ length: 2 + Math.floor(random.uniform() * 3) }, (_, i) => {
    const name = `device-${i + 1}`;
    const caller = chooseCaller(i, random);
    backend.callers.set(name, caller);
    return createDevice(name, caller.userId, time, random, network, newId, plants, watch);
  });
  for (const device of devices) device.crashChance = chance(0.03);
  backend.crashChance = chance(0.05);
  backend.slowChance = chance(0.3);
  backend.onChange(() => {
    for (const device of devices) {
      if (random.uniform() < 0.8) time.after(random.uniform() * 2000, () => device.tell('poke'));
    }
  });

  let wasRestored = false;
  const mishap = random.uniform();
  if (mishap < 0.15) planRestoredBackend();
  else if (mishap < 0.3) planCopiedDisk(devices[0]!, devices[0]!);
  else if (mishap < 0.4) planCopiedDisk(devices[0]!, devices[1]!);

  if (random.uniform() < 0.3) planUpdate();

  const count = 30 + Math.floor(random.uniform() * 60);
  for (let i = 0; i < count; i++) planAct(i);
  for (const device of devices) planMoods(device);
  await time.runTo(startMs + badMs);

  clearUp();
  for (let round = 0; round < rounds; round++) {
    for (const device of devices) device.tell('online');
    await time.runTo(time.now() + roundMs);
    if (backend.crashChance === 0 && devices.every((device) => isQuiet(device, backend))) break;
  }
  broken.push(...backend.failures, ...findBrokenPromises(devices, backend, wasRestored));
  const log = [...backend.disk.operations.values()];
  const refused = log.filter(({ result }) => result.outcome === 'refused').length;
  return { seed, broken, events: time.count(), operations: log.length, refused, restarts: backend.restarts() };

  function planAct(i: number): void {
    const device = devices[Math.floor(random.uniform() * devices.length)]!;
    time.after(random.uniform() * badMs, () => {
      const stamp = `${seed}-${i}`;
      if (random.uniform() < 0.04) addPoison(device, choosePoison(stamp, random));
      else if (random.uniform() < 0.1) void resolveSome(device, random);
      else
        void chooseDrafts(device, random, stamp, time.now()).then(
          (drafts) => actAs(device, drafts, stamp),
          ignoreKilled
        );
    });
  }

  function actAs(device: Device, drafts: OperationDraft[], stamp: string): Promise<void> {
    return device.act(device.version() > schemaVersion ? addLater(drafts, stamp) : drafts);
  }

  /** A later version comes to the devices, one after the other; at some time the backend takes no other any more. */
  function planUpdate(): void {
    const later = schemaVersion + 1;
    time.after(badMs * random.uniform() * 0.7, () => (backend.oldest = later));
    for (const device of devices) time.after(badMs * random.uniform(), () => device.update(later));
  }

  /** Clocks jump, the network comes and goes. */
  function planMoods(device: Device): void {
    device.skewMs = random.uniform() < 0.5 ? 0 : random.normal() * 20 * 60_000;
    for (let i = 0; i < 2; i++) {
      if (random.uniform() < 0.3)
        time.after(random.uniform() * badMs, () => (device.skewMs += random.normal() * 3_600_000));
      if (random.uniform() < 0.35) {
        const fromMs = random.uniform() * badMs;
        time.after(fromMs, () => backend.mute.add(device.name));
        time.after(fromMs + random.uniform() * 3 * 60_000, () => backend.mute.delete(device.name));
      }
      if (random.uniform() < 0.5) {
        const fromMs = random.uniform() * badMs;
        time.after(fromMs, () => network.cutOff.add(device.name));
        time.after(fromMs + random.uniform() * 5 * 60_000, () => {
          network.cutOff.delete(device.name);
          device.tell('online');
        });
      }
    }
  }

  function planRestoredBackend(): void {
    let copy: StoreDisk;
    time.after(badMs * random.uniform() * 0.5, () => (copy = copyStoreDisk(backend.disk)));
    time.after(badMs * (0.5 + 0.5 * random.uniform()), () => {
      wasRestored = true;
      // It is stopped for that: no request of before reaches it.
      network.hangUp();
      backend.restore(copy);
    });
  }

  /**
   * A copy of a device's disk is put in place of another's, or of its own: a backup, or a profile that was moved to a second machine and goes
   * on under the same id there. What `to` had done since, and not sent, is gone by its owner's will.
   */
  function planCopiedDisk(from: Device, to: Device): void {
    let copy: LedgerDisk;
    time.after(badMs * random.uniform() * 0.5, () => (copy = copyLedgerDisk(from.disk)));
    time.after(badMs * (0.5 + 0.5 * random.uniform()), () => {
      const kept = new Set([...copy.operations.values()].map(({ operation }) => operation.opId));
      for (const { operation } of backend.disk.operations.values()) kept.add(operation.opId);
      for (const opId of to.committed) if (!kept.has(opId)) to.committed.delete(opId);
      // Shown and dealt with, or not: the refusals known before are known again only where the copy has them.
      for (const { opId } of [...to.disk.conflicts.values(), ...from.disk.conflicts.values()]) to.resolved.add(opId);
      for (const opId of from.resolved) to.resolved.add(opId);
      to.restore(copy);
    });
  }

  function clearUp(): void {
    network.cutOff.clear();
    backend.mute.clear();
    network.weather = { lost: 0, answerLost: 0, repeated: 0, foreignAnswer: 0, longestDelayMs: 100 };
    backend.crashChance = 0;
    for (const device of devices) device.crashChance = 0;
  }
}

function chooseCaller(i: number, random: Random): Extract<Caller, { kind: 'user' }> {
  const roles: Role[] = ['administrator', 'engineer', 'inspector', 'engineer', 'management'];
  const role = i === 0 ? 'administrator' : roles[Math.floor(random.uniform() * roles.length)]!;
  const groups = random.uniform() < 0.7 ? ['north', 'south'] : ['north'];
  return { kind: 'user', userId: `user-${i + 1}`, name: `User ${i + 1}`, role, groups, sessionId: `session-${i + 1}` };
}

async function resolveSome(device: Device, random: Random): Promise<void> {
  const conflicts = [...device.disk.conflicts.values()];
  const conflict = conflicts[Math.floor(random.uniform() * conflicts.length)];
  if (conflict) await device.resolve(conflict.opId, random.uniform() < 0.5 ? 'mine' : 'theirs');
}

/** Puts an operation on the disk that the ledger's rules would never let there. */
function addPoison({ disk, committed }: Device, draft: OperationDraft): void {
  const state = disk.state.get('state');
  if (!state) return;
  const place = {
    opId: draft.id,
    deviceId: state.deviceId,
    seq: state.seq + 1,
    userId: '',
    baseRev: 0,
    prev: state.hash
  };
  const operation = sealOperation(draft, { ...place, hlc: state.hlc || '000000000001-0000-x', atMs: 0 });
  disk.operations.set(operation.seq, { operation, isRefused: false });
  disk.state.set('state', { ...state, seq: operation.seq, hash: operation.hash });
  disk.operations.keep();
  disk.state.keep();
  committed.add(operation.opId);
}

/** What a device was told to be settled, and the backend does not have. */
function findForgotten(backend: Backend, known: Set<string>): string[] {
  const held = new Set([...backend.disk.operations.values()].map(({ operation }) => operation.opId));
  return [...known].filter((opId) => !held.has(opId));
}

/**
 * What a person has done and the backend has not settled (it has up to `lastSeq`) must go on being shown, whatever was pulled. What the
 * backend had before it was put back may have been changed by others since: that is shown until it was pulled again.
 */
function findHidden({ name, disk }: Device, lastSeq: number, counted: Set<string>): string[] {
  const isAnew = disk.state.get('state')?.isAnew;
  const newest = new Map<string, Entity['body']>();
  for (const { operation, isRefused } of disk.operations.values()) {
    const { kind, id, seq } = operation;
    if (isAnew && counted.has(operation.opId)) continue;
    if (seq <= lastSeq || isRefused || (kind !== 'rule' && kind !== 'comment')) continue;
    newest.set(`${kind} ${id}`, kind === 'rule' ? operation.body.rule : operation.body);
  }
  return [...newest].flatMap(([key, body]) => {
    const shown = disk.entities.get(key);
    const isShown = key.startsWith('rule') ? JSON.stringify(shown?.body ?? null) === JSON.stringify(body) : shown;
    return isShown || (body as { text?: unknown } | null)?.text === 7 ? [] : [`${name}: ${key} is not shown`];
  });
}

/** A device that dies while it thinks of something to do. */
function ignoreKilled(error: unknown): void {
  const isKilled = error instanceof Error && ['killed', 'dead', 'The storage was closed.'].includes(error.message);
  if (!isKilled) throw error;
}
