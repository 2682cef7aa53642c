/**
 * JSON that comes by topics: the message names its asset, or a level of the topic does, or the setup. A bare number is the value
 * of the channel that the topic's last level names. Knows messages one by one; nothing is joined across topics.
 */
import { fail } from '../../domain/result';
import type { Reading } from '../../domain/reading';
import { Quality } from '../../domain/reading-block';
import type { MqttSetup, SourceListener } from '../../domain/source';
import { readNumber } from '../csv/number';
import { createTextDecoder } from '../wire/text-decoder';
import { createWireReader } from '../wire/wire-reader';
import type { BrokerMessage } from './client';

/** Creates the function that reads one message that came at `nowMs`. What cannot be read is told with its topic. */
export function createJsonPayloadReader(
  { asset, assetLevel }: Pick<MqttSetup, 'asset' | 'assetLevel'>,
  listener: Pick<SourceListener, 'readings' | 'loss'>
): (message: BrokerMessage, nowMs: number) => void {
  let topic = '';
  const reader = createWireReader('json', (loss) =>
    listener.loss({ ...loss, example: { ...loss.example, where: `${topic}: ${loss.example.where}` } })
  );
  const decoder = createTextDecoder((fault) => reject(fault.found, fault.expected));

  function reject(found: string, expected: string): void {
    listener.loss({ kind: 'unreadable', count: 1, example: fail('unexpected', topic, found, expected).fault });
  }

  return (message, nowMs) => {
    topic = message.topic;
    const levels = topic.split('/');
    const owner = assetLevel === null ? asset : levels[assetLevel];
    if (owner === undefined || owner === '') return reject(topic, `an asset at level ${assetLevel} of the topic`);
    decoder.restart();
    const text = decoder.decode(message.payload);
    if (text === '') return;

    const isNumber = !Number.isNaN(readNumber(text));
    const channel = levels.length - 1 === assetLevel ? '' : (levels.at(-1) ?? '');
    if (isNumber && channel === '') return reject(text, 'JSON, or a topic whose last level names the channel');
    const readings = reader.read(isNumber ? JSON.stringify({ v: { [channel]: text } }) : text, nowMs, owner);
    reader.restart();
    const dated = message.isRetained ? readings.filter((reading) => !isStampedOnArrival(reading)) : readings;
    if (dated.length < readings.length) reject(text, 'a time: what the broker has kept may be old');
    if (dated.length > 0) listener.readings(dated);
  };
}

function isStampedOnArrival({ quality, tMs }: Reading): boolean {
  return Number.isNaN(tMs) || (quality?.includes(Quality.arrivalTime) ?? false);
}
