/**
 * One connection to an MQTT broker over WebSocket: subscribed, or told why not. Holds all that is known of the library; its own
 * reconnecting is off, because every source backs off alike (`connection`).
 */
import type { MqttClient } from 'mqtt';
import { fail } from '../../domain/result';
import type { Fault } from '../../domain/result';
import type { MqttSetup } from '../../domain/source';
import type { Try } from '../connection';
import { longestMessage } from '../wire/wire-reader';

export interface BrokerMessage {
  topic: string;
  payload: Uint8Array;
  /** Kept by the broker and sent on subscribing: its age is unknown. */
  isRetained: boolean;
}

/** A connection under way or open. */
export interface BrokerLink {
  publish(topic: string, payload: Uint8Array): void;
  end(): void;
}

/** Protocol versions: 5, or 3.1.1 where the broker knows no other. */
export type ProtocolVersion = 4 | 5;

/** How long the broker keeps what comes while we are away, s. */
const sessionExpiryS = 300;
const keepaliveS = 30;
/** Wrong version: 1 in MQTT 3.1.1, 0x84 in MQTT 5. */
const wrongVersion = new Set([1, 0x84]);
/**
 * Answers that another try will not change: bad id, bad password, not authorised in MQTT 3.1.1; those and banned, bad method,
 * bad topic in MQTT 5.
 */
const refusals = new Set([2, 4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c, 0x8f]);

/** What one try needs. Calls come once the library is loaded, never from inside. */
export interface BrokerParts {
  setup: MqttSetup;
  clientId: string;
  version: ProtocolVersion;
  attempt: Try;
  /** It is open; comes before the first message. */
  opened: () => void;
  receive: (message: BrokerMessage) => void;
  /** The broker speaks only the older protocol. */
  useVersion: (version: ProtocolVersion) => void;
}

/** Connects and subscribes with QoS 1. `attempt` is told its fate; it is refused for a wrong password or a topic that is denied. */
export function connectBroker({
  setup,
  clientId,
  version,
  attempt,
  opened,
  receive,
  useVersion
}: BrokerParts): BrokerLink {
  let client: MqttClient | null = null;
  let reason = 'closed';
  let isOpen = false;

  async function start(): Promise<void> {
    // In browsers the library has this one export.
    const { default: mqtt } = await import('mqtt');
    if (attempt.isOver) return;
    const isNew = version === 5;
    const made = (client = mqtt.connect(setup.url, {
      protocolVersion: version,
      clientId,
      // Only version 5 can say when a session ends; with the older one they would pile up on the broker.
      clean: !isNew,
      ...(isNew ? { properties: { sessionExpiryInterval: sessionExpiryS, maximumPacketSize: longestMessage } } : {}),
      ...(setup.username === '' ? {} : { username: setup.username, password: setup.password ?? '' }),
      keepalive: keepaliveS,
      reconnectPeriod: 0,
      resubscribe: false,
      // Its other timers are a worker made from a blob, which the content security policy forbids.
      timerVariant: 'native'
    }));
    made.on('connect', () => subscribe(made));
    made.on('message', (topic, payload, packet) => {
      // What the broker has kept for us comes before its answer to the subscription.
      if (!attempt.isOver) open();
      if (!attempt.isOver) receive({ topic, payload, isRetained: packet.retain });
    });
    made.on('error', (error) => fault(error.message, 'code' in error ? error.code : null));
    made.on('disconnect', (packet) => fault(`disconnected with ${packet.reasonCode ?? 0}`, packet.reasonCode));
    made.on('close', () => attempt.lost(unreachable(setup, reason, 'a connection')));
  }

  function subscribe(made: MqttClient): void {
    made.subscribe(setup.topics, { qos: 1 }, (error, granted) => {
      const denied = granted?.find(({ qos }) => qos >= 0x80);
      const expected = 'topics that the broker lets us read';
      if (denied) attempt.refused(unreachable(setup, denied.topic, expected));
      else if (error && 'code' in error) attempt.refused(unreachable(setup, error.message, expected));
      else if (error) attempt.lost(unreachable(setup, error.message, 'a subscription'));
      else if (!attempt.isOver) open();
    });
  }

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    opened();
  }

  function fault(message: string, code: unknown): void {
    reason = message;
    if (typeof code !== 'number') return;
    if (version === 5 && wrongVersion.has(code)) useVersion(4);
    if (refusals.has(code)) attempt.refused(unreachable(setup, message, 'a user and topics that the broker accepts'));
  }

  start().catch((error: unknown) => attempt.refused(unreachable(setup, String(error), 'an address of a broker')));
  return {
    publish: (topic, payload) => void client?.publish(topic, payload as Buffer, { qos: 0 }),
    end() {
      // Somebody may still be told of an error while the socket goes; without a listener, Node would throw it.
      if (client?.connected) client.end(false, { properties: { sessionExpiryInterval: 0 } });
      else client?.end(true);
    }
  };
}

function unreachable(setup: MqttSetup, found: string, expected: string): Fault {
  return fail('unexpected', setup.url, found, expected).fault;
}
