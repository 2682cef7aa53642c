/**
 * Sparkplug B as readings: every message goes to the edge node it comes from. The asset is the device, or the node for its own metrics.
 * It is no primary host and says nothing but "be born again" to a node that it cannot understand.
 */
import type { Clock } from '../../domain/clock';
import { fail } from '../../domain/result';
import type { SourceListener } from '../../domain/source';
import { createLayouts } from '../wire/layouts';
import { longestMessage } from '../wire/wire-reader';
import { createNode } from './node';
import type { EdgeNode } from './node';
import { decodePayload, encodePayload } from './payload';
import { commandTopic, parseTopic } from './topic';

export interface SparkplugParts {
  clock: Clock;
  listener: SourceListener;
  publish: (topic: string, payload: Uint8Array) => void;
}

export interface SparkplugReader {
  /** Reads one message. Topics that are none of an edge node are passed over. */
  read(topic: string, payload: Uint8Array): void;
  /** The connection is a new one: what was said in between is unknown, so every living node is asked again. */
  restart(): void;
  close(): void;
}

const mostNodes = 20_000;
const mostAssets = 100_000;
const booleanType = 11;

/** Creates a reader that knows no node yet. */
export function createSparkplugReader({ clock, listener, publish }: SparkplugParts): SparkplugReader {
  const layouts = createLayouts();
  const nodes = new Map<string, EdgeNode>();
  const owners = new Map<string, string>();

  function reject(where: string, found: string, expected: string): void {
    listener.loss({ kind: 'unreadable', count: 1, example: fail('unexpected', where, found, expected).fault });
  }

  function requestRebirth(group: string, node: string): void {
    const value = { case: 'booleanValue', value: true } as const;
    const metrics = [{ name: 'Node Control/Rebirth', datatype: booleanType, value }];
    publish(commandTopic(group, node), encodePayload({ timestamp: BigInt(Math.floor(clock.now())), metrics }));
  }

  function claimAsset(asset: string, key: string): boolean {
    const owner = owners.get(asset);
    if (owner !== undefined && owner !== key && nodes.get(owner)?.isAlive) return false;
    if (owner === undefined && owners.size >= mostAssets) return false;
    owners.set(asset, key);
    return true;
  }

  function findNode(group: string, name: string): EdgeNode | undefined {
    const label = `${group}/${name}`;
    const known = nodes.get(label);
    if (known || nodes.size >= mostNodes) return known;
    const node = createNode(name, {
      clock,
      layouts,
      listener,
      label,
      requestRebirth: () => requestRebirth(group, name),
      claimAsset: (asset) => claimAsset(asset, label)
    });
    nodes.set(label, node);
    return node;
  }

  return {
    read(topic, bytes) {
      const parsed = parseTopic(topic);
      if (!parsed) return;
      const payload = bytes.byteLength > longestMessage ? null : decodePayload(bytes);
      if (!payload) return reject(topic, `${bytes.byteLength} bytes`, 'a Sparkplug B payload');
      const node = findNode(parsed.group, parsed.node);
      if (node) node.receive(parsed.kind, parsed.device, payload);
      else reject(topic, parsed.node, `at most ${mostNodes} nodes`);
    },
    restart() {
      for (const node of nodes.values()) node.restart();
    },
    close() {
      for (const node of nodes.values()) node.close();
    }
  };
}
