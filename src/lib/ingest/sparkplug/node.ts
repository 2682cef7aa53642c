/**
 * One edge node: its births, its messages in order, its death. Data that no birth explains is dropped and the node is asked to tell
 * its names again; nothing is guessed from an alias. Knows no topic and no broker.
 */
import type { Clock } from '../../domain/clock';
import { fail } from '../../domain/result';
import type { SourceListener } from '../../domain/source';
import type { Layouts } from '../wire/layouts';
import { readBirth, readMetrics } from './birth';
import type { Owner, Reject } from './birth';
import type { Metric, SparkplugPayload } from './payload';
import { createSequence } from './sequence';
import type { MessageKind } from './topic';

/** What a node needs of those around it. */
export interface NodeParts {
  clock: Clock;
  layouts: Layouts;
  listener: SourceListener;
  /** `group/node`, for people. */
  label: string;
  /** Asks the node to be born again. */
  requestRebirth: () => void;
  /** True where the asset is this node's to speak for: no other living node does. */
  claimAsset: (asset: string) => boolean;
}

export interface EdgeNode {
  receive(kind: MessageKind, device: string | null, payload: SparkplugPayload): void;
  /** Forgets all births, because messages may have been missed, and asks for new ones where the node was alive. */
  restart(): void;
  close(): void;
  readonly isAlive: boolean;
}

interface Message {
  kind: MessageKind;
  device: string | null;
  payload: SparkplugPayload;
}

/** Least time between two requests to one node, ms: a birth can be long, and many hosts may ask. */
const rebirthEveryMs = 10_000;

/** Creates a node that is not born yet; `name` is the asset of its own metrics. */
export function createNode(name: string, parts: NodeParts): EdgeNode {
  const { clock, layouts, listener, label } = parts;
  /** By device; the node itself is null. */
  const owners = new Map<string | null, Owner>();
  /** Whose readings count until a death; a new connection forgets births, but not these. */
  const assets = new Set<string>();
  let bdSeq: number | null = null;
  let isAlive = false;
  let askedMs = -Infinity;

  const sequence = createSequence<Message>(clock, deliver, (count, isBroken) => {
    tellGap(count, isBroken ? 'messages in sequence behind a birth' : 'a birth first');
    if (isBroken) askRebirth();
  });

  const reject: Reject = (where, found, expected) => {
    const example = fail('unexpected', `${label}: ${where}`, found, expected).fault;
    listener.loss({ kind: 'unreadable', count: 1, example });
  };

  function tellGap(count: number, expected: string): void {
    const example = fail('unexpected', label, `${count} messages lost`, expected).fault;
    listener.loss({ kind: 'sequence-gap', count, example });
  }

  function askRebirth(): void {
    if (clock.now() - askedMs < rebirthEveryMs) return;
    askedMs = clock.now();
    parts.requestRebirth();
  }

  function tellStale(tMs: number): void {
    for (const asset of assets) listener.stale(asset, tMs);
    assets.clear();
    owners.clear();
  }

  function bear(device: string | null, payload: SparkplugPayload): void {
    const asset = device ?? name;
    const owner = readBirth(asset, payload, layouts, reject);
    if (owner.values.length > 0 && !parts.claimAsset(asset)) {
      owners.delete(device);
      return reject('asset', asset, 'a name that no other node uses');
    }
    owners.set(device, owner);
    if (owner.values.length > 0) assets.add(asset);
    read(owner, payload, true);
  }

  function read(owner: Owner, payload: SparkplugPayload, isBirth: boolean): void {
    const readings = readMetrics(owner, payload, isBirth, clock.now(), layouts, reject);
    if (readings === null) {
      tellGap(1, 'metrics that a birth has named');
      askRebirth();
    } else if (readings.length > 0) listener.readings(readings);
  }

  function deliver({ kind, device, payload }: Message): void {
    const owner = owners.get(device);
    if (kind === 'DBIRTH') bear(device, payload);
    else if (kind === 'DDEATH') {
      if (owner) listener.stale(owner.asset, readTimestamp(payload));
      if (owner) assets.delete(owner.asset);
      owners.delete(device);
    } else if (owner) read(owner, payload, false);
    else {
      tellGap(1, `a birth of ${device ?? name} first`);
      askRebirth();
    }
  }

  function readTimestamp({ timestamp }: SparkplugPayload): number {
    return timestamp === undefined ? clock.now() : Number(timestamp);
  }

  function receiveDeath(payload: SparkplugPayload): void {
    const told = readBdSeq(payload.metrics);
    // A will of an earlier life, which a new birth has overtaken.
    if (isAlive && told !== null && bdSeq !== null && told !== bdSeq) return;
    isAlive = false;
    sequence.stop();
    // Its time stamp is that of the connection, long ago.
    tellStale(clock.now());
  }

  return {
    receive(kind, device, payload) {
      if (kind === 'NDEATH') return receiveDeath(payload);
      const seq = Number(payload.seq ?? 0n);
      if (seq > 255) return reject('seq', String(seq), '0 to 255');
      if (kind !== 'NBIRTH') return sequence.push(seq, { kind, device, payload });
      const life = readBdSeq(payload.metrics);
      // Another life without a death in between: the devices of the old one are not born in it.
      if (isAlive && life !== bdSeq) tellStale(clock.now());
      bdSeq = life;
      isAlive = true;
      owners.clear();
      bear(null, payload);
      sequence.start(seq);
    },
    restart() {
      sequence.stop();
      owners.clear();
      askedMs = -Infinity;
      if (isAlive) askRebirth();
    },
    close: sequence.stop,
    get isAlive() {
      return isAlive;
    }
  };
}

function readBdSeq(metrics: Metric[]): number | null {
  const value = metrics.find((metric) => metric.name === 'bdSeq')?.value;
  return value?.case === 'longValue' || value?.case === 'intValue' ? Number(value.value) : null;
}
