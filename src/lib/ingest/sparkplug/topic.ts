/** Sparkplug topics: `spBv1.0/{group}/{kind}/{node}[/{device}]`. */

const kinds = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const;
export type MessageKind = (typeof kinds)[number];

/** What an edge node tells about itself (`device` null) or a device of its. */
export interface SparkplugTopic {
  kind: MessageKind;
  group: string;
  node: string;
  device: string | null;
}

const namespace = 'spBv1.0';

/** The parts of a topic; null for what no edge node says: commands, the state of hosts, other topics. */
export function parseTopic(topic: string): SparkplugTopic | null {
  const [space, group, word, node, device, ...rest] = topic.split('/');
  const kind = kinds.find((known) => known === word);
  if (space !== namespace || !kind || !group || !node || rest.length > 0) return null;
  if (kind.startsWith('D') !== Boolean(device)) return null;
  return { kind, group, node, device: device ?? null };
}

/** The topic of commands to a node. */
export function commandTopic(group: string, node: string): string {
  return `${namespace}/${group}/NCMD/${node}`;
}
