/** A scripted Sparkplug edge node: it numbers its messages as the specification asks, and sends only what the test tells it to. */
import { encodePayload } from '$lib/ingest/sparkplug/payload';
import type { Metric, WireValue } from '$lib/ingest/sparkplug/payload';
import type { MessageKind } from '$lib/ingest/sparkplug/topic';

export interface Frame {
  topic: string;
  bytes: Uint8Array;
}

/** Metrics in short: of type Float unless they say otherwise. */
export type MetricScript = Partial<Omit<Metric, 'value'>> & { value?: number | bigint | boolean | string };

export interface EdgeNodeScript {
  /** The next message, numbered. */
  message(kind: MessageKind, device: string | null, metrics: MetricScript[], tMs?: number): Frame;
  /** A birth of the node: the numbers start again. */
  birth(metrics?: MetricScript[], tMs?: number): Frame;
  /** The will of this life, or of the one given. */
  death(bdSeq?: number): Frame;
  /** The next life: another `bdSeq`. */
  reconnect(): void;
}

export function createEdgeNode(group: string, node: string): EdgeNodeScript {
  let seq = 0;
  let bdSeq = 0;
  const topicOf = (kind: MessageKind, device: string | null) =>
    `spBv1.0/${group}/${kind}/${node}${device === null ? '' : `/${device}`}`;

  function message(kind: MessageKind, device: string | null, metrics: MetricScript[], tMs = 1_764_000_000_000): Frame {
    if (kind === 'NBIRTH') seq = 0;
    const bytes = encodePayload({ timestamp: BigInt(tMs), seq: BigInt(seq), metrics: metrics.map(writeMetric) });
    seq = (seq + 1) % 256;
    return { topic: topicOf(kind, device), bytes };
  }

  const life = (number: number): MetricScript => ({ name: 'bdSeq', datatype: 8, value: BigInt(number) });
  return {
    message,
    birth: (metrics = [], tMs) => message('NBIRTH', null, [life(bdSeq), ...metrics], tMs),
    death(number = bdSeq) {
      return { topic: topicOf('NDEATH', null), bytes: encodePayload({ metrics: [writeMetric(life(number))] }) };
    },
    reconnect() {
      bdSeq++;
    }
  };
}

function writeMetric({ value, ...rest }: MetricScript): Metric {
  const datatype = rest.datatype ?? (rest.name === undefined ? undefined : 9);
  return { ...rest, ...(datatype === undefined ? {} : { datatype }), value: writeValue(value, datatype ?? 9) };
}

function writeValue(value: MetricScript['value'], datatype: number): WireValue {
  if (value === undefined) return { case: undefined };
  if (typeof value === 'string') return { case: 'stringValue', value };
  if (typeof value === 'boolean') return { case: 'booleanValue', value };
  if (typeof value === 'bigint') return { case: 'longValue', value };
  if (datatype === 10) return { case: 'doubleValue', value };
  return datatype === 9 ? { case: 'floatValue', value } : { case: 'intValue', value };
}
