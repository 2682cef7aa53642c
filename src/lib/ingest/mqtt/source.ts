/**
 * An MQTT broker as a source: plain JSON topics or Sparkplug B. It only subscribes; the one thing it ever publishes is a
 * Sparkplug node's request to tell its names again.
 */
import type { Clock } from '../../domain/clock';
import { fail } from '../../domain/result';
import type { MqttSetup, ReadingSource, SourceListener } from '../../domain/source';
import { createConnection } from '../connection';
import type { Try } from '../connection';
import { connectBroker } from './client';
import type { BrokerLink, BrokerMessage, ProtocolVersion } from './client';
import { createJsonPayloadReader } from './json-payload';

/** What a host gives. `random` makes the client's id and the waits; `Math.random` without it. */
export interface MqttParts {
  clock: Clock;
  random?: () => number;
}

/** How messages are read; `restart` comes with every new connection, before its first message. */
interface PayloadReader {
  read(message: BrokerMessage): void;
  restart(): void;
  close(): void;
}

/** Creates the source at rest. */
export function createMqttSource(
  setup: MqttSetup,
  listener: SourceListener,
  { clock, random = Math.random }: MqttParts
): ReadingSource {
  // A broker throws the older of two clients with one id out, so every source that runs has its own.
  const clientId = `pumpside-${Math.floor(random() * 2 ** 48).toString(36)}`;
  let version: ProtocolVersion = 5;
  let link: BrokerLink | null = null;
  let payload: PayloadReader | null = null;

  async function createPayloadReader(): Promise<PayloadReader> {
    if (setup.payload === 'json') {
      const read = createJsonPayloadReader(setup, listener);
      return { read: (message) => read(message, clock.now()), restart: () => {}, close: () => {} };
    }
    const { createSparkplugReader } = await import('../sparkplug/reader');
    const publish = (topic: string, bytes: Uint8Array): void => link?.publish(topic, bytes);
    const reader = createSparkplugReader({ clock, listener, publish });
    return {
      ...reader,
      read: ({ topic, payload, isRetained }) => {
        // Births are never to be kept by a broker: one that is may be of a life long over.
        if (!isRetained) reader.read(topic, payload);
      }
    };
  }

  function connect(attempt: Try): () => void {
    async function start(): Promise<void> {
      const reader = (payload ??= await createPayloadReader());
      if (attempt.isOver) return;
      link = connectBroker({
        setup,
        clientId,
        version,
        attempt,
        opened() {
          attempt.opened();
          reader.restart();
        },
        receive: reader.read,
        useVersion: (older) => (version = older)
      });
    }
    start().catch((error: unknown) => {
      attempt.lost(fail('unexpected', 'program', String(error), 'the part that reads these messages').fault);
    });
    return () => {
      link?.end();
      link = null;
    };
  }

  const connection = createConnection({ clock, random, connect, tell: (state) => listener.state(state) });
  return {
    open: connection.open,
    retryNow: connection.retryNow,
    close() {
      connection.close();
      payload?.close();
      return Promise.resolve();
    }
  };
}
