/**
 * A WebSocket gateway as a plant has one, with simulated pumps behind it: every client gets the readings of all of them, and may
 * inject faults. Listens on this machine only.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../lib/domain/clock';
import type { Fault, Result } from '../lib/domain/result';
import type { TwinSetup } from '../lib/domain/source';
import { parseFault, type TwinFault } from '../lib/simulate/fault';
import { createTwinSource, type TwinSource } from '../lib/simulate/source';
import { createOutbox, type Outbox, type OutboxLimits } from './outbox';
import { encodeReadings, type WireFormat } from './wire';

export interface GatewayOptions {
  /** 0 takes a free one. */
  port: number;
  setup: TwinSetup;
  format: WireFormat;
  clock: Clock;
  /** What a client that does not read is given; 5 MB when left out. */
  limits?: OutboxLimits;
  /** Told in one line what a person at the gateway should know. */
  say(line: string): void;
}

/** A gateway that is sending. */
export interface Gateway {
  port: number;
  source: TwinSource;
  /** Ends every connection and stops the pumps. */
  close(): Promise<void>;
}

const mostClients = 64;
const mostCommandBytes = 1 << 16;
/** Losses are told at most so often. */
const tellEveryMs = 1000;

/** Opens it; rejects where the port cannot be had. */
export async function openGateway({ port, setup, format, clock, limits, say }: GatewayOptions): Promise<Gateway> {
  const server = new WebSocketServer({ host: '127.0.0.1', port, maxPayload: mostCommandBytes });
  await once(server, 'listening');
  const clients = new Map<WebSocket, Outbox>();
  let dropsOfGone = 0;
  let told = 0;
  let toldMs = -Infinity;

  const source = createTwinSource(
    setup,
    {
      readings: (readings) => {
        if (clients.size === 0) return;
        const messages = encodeReadings(readings, format);
        for (const outbox of clients.values()) outbox.push(messages);
        tellDrops();
      },
      state: ({ phase, fault }) => say(fault ? `${phase}: ${sentence(fault)}` : `pumps: ${phase}`),
      loss: ({ kind, count }) => say(`${count} readings ${kind}: this machine was too slow or asleep`),
      stale: () => {}
    },
    clock
  );

  function tellDrops(): void {
    let dropped = dropsOfGone;
    for (const outbox of clients.values()) dropped += outbox.dropped();
    if (dropped === told || clock.now() - toldMs < tellEveryMs) return;
    say(`${dropped - told} messages dropped for slow clients, ${dropped} in all`);
    told = dropped;
    toldMs = clock.now();
  }

  server.on('connection', (socket) => {
    if (clients.size >= mostClients) return socket.close(1013, `at most ${mostClients} clients`);
    const outbox = createOutbox(socket, limits);
    clients.set(socket, outbox);
    say(`client connected, ${clients.size} in all`);
    socket.on('message', (data) => outbox.push([JSON.stringify(answerCommand(String(data), source))]));
    // The close that follows says all there is to say.
    socket.on('error', () => {});
    socket.on('close', () => {
      clients.delete(socket);
      dropsOfGone += outbox.dropped();
      say(`client gone, ${clients.size} left`);
    });
  });
  source.open();

  async function close(): Promise<void> {
    await source.close();
    for (const socket of clients.keys()) socket.close(1001, 'the gateway stops');
    const closed = new Promise((resolve) => server.close(resolve));
    // A client that does not answer is not waited for.
    const giveUp = setTimeout(() => clients.forEach((_, socket) => socket.terminate()), 500);
    await closed;
    clearTimeout(giveUp);
  }

  return { port: (server.address() as AddressInfo).port, source, close };
}

/** What a client gets told: the pump's faults, or what is wrong with its command. */
type Answer = { asset: string; faults: readonly TwinFault[] } | { error: Fault };

/** Does `{ "fault": { "asset"?, "kind", … } }` or `{ "clear": asset }`; the asset may be left out where there is one pump. */
function answerCommand(text: string, source: TwinSource): Answer {
  const command = parseObject(text);
  const only = source.assets.length === 1 ? source.assets[0] : undefined;
  if (command?.['clear'] !== undefined) {
    const asset = String(command['clear']);
    return answer(asset, source.clear(asset), source);
  }
  const given = command?.['fault'];
  const fault = parseFault(given);
  if (!fault.ok) return { error: fault.fault };
  const asset = String((given as { asset?: unknown }).asset ?? only);
  return answer(asset, source.inject(asset, fault.value), source);
}

function answer(asset: string, done: Result<unknown>, source: TwinSource): Answer {
  return done.ok ? { asset, faults: source.faults(asset) } : { error: done.fault };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function sentence({ where, found, expected }: Fault): string {
  return `${where}: found ${found}; expected ${expected}`;
}
