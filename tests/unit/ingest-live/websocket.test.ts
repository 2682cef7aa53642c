import { describe, expect, it } from 'vitest';
import type { WebSocketSetup } from '$lib/domain/source';
import type { Socket } from '$lib/ingest/websocket/socket';
import { createWebSocketSource } from '$lib/ingest/websocket/source';
import { createHandClock } from './hand-clock';
import { createNotes } from './listener';

const setup: WebSocketSetup = {
  kind: 'websocket',
  id: '1',
  name: 'n',
  asset: 'own',
  url: 'ws://127.0.0.1:1',
  format: 'auto'
};

/** A scripted socket: the test says what happens on it. */
function createBench() {
  const clock = createHandClock();
  const notes = createNotes();
  const sockets: (Socket & { sent: string[]; isClosed: boolean })[] = [];
  const source = createWebSocketSource(setup, notes, {
    clock,
    random: () => 0,
    openSocket() {
      const socket = {
        binaryType: '',
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        sent: [] as string[],
        isClosed: false,
        send: (text: string) => void socket.sent.push(text),
        close: () => void (socket.isClosed = true)
      };
      sockets.push(socket);
      return socket;
    }
  });
  source.open();
  clock.advance(0);
  return { clock, notes, source, sockets, phases: () => notes.states.map((state) => state.phase) };
}

const frame = '{"ts":1732180000,"v":{"a":1}}';

describe('WebSocket source', () => {
  it('reads text and UTF-8 bytes, also where a character is cut', () => {
    const { notes, sockets } = createBench();
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!({ data: frame });
    const bytes = new TextEncoder().encode('{"ts":1732180000,"v":{"ü":2}}\n');
    sockets[0]!.onmessage!({ data: bytes.slice(0, 24).buffer });
    sockets[0]!.onmessage!({ data: bytes.slice(24).buffer });
    expect(notes.all.map((reading) => [reading.asset, ...reading.layout.names, ...reading.values])).toEqual([
      ['own', 'a', 1],
      ['own', 'ü', 2]
    ]);
    expect(notes.losses).toEqual([]);
  });

  it('tells bytes that are no text, and a message that is too long, and goes on', () => {
    const { notes, sockets } = createBench();
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!({ data: Uint8Array.of(0xff, 0xfe).buffer });
    sockets[0]!.onmessage!({ data: new ArrayBuffer(2 ** 21) });
    sockets[0]!.onmessage!({ data: 'x'.repeat(2 ** 21) });
    sockets[0]!.onmessage!({ data: 7 });
    sockets[0]!.onmessage!({ data: frame });
    expect(notes.losses.map((loss) => loss.kind)).toEqual(Array(4).fill('unreadable'));
    expect(notes.all).toHaveLength(1);
  });

  it('does not join what was cut by the end of a connection', () => {
    const { clock, notes, sockets } = createBench();
    sockets[0]!.onopen!();
    sockets[0]!.onmessage!({ data: '{"ts":1732180000,"v":{"a":' });
    sockets[0]!.onclose!({ code: 1006, reason: '' });
    clock.advance(1000);
    sockets[1]!.onopen!();
    sockets[1]!.onmessage!({ data: '1}}\n' });
    expect(notes.all).toEqual([]);
  });

  it('waits after a cut, is refused by policy, and hears nothing of an old socket', () => {
    const { clock, notes, sockets, phases } = createBench();
    sockets[0]!.onopen!();
    sockets[0]!.onclose!({ code: 1006, reason: '' });
    sockets[0]!.onmessage!({ data: frame });
    clock.advance(500);
    sockets[1]!.onclose!({ code: 1008, reason: 'no' });
    expect(phases()).toEqual(['connecting', 'open', 'waiting', 'connecting', 'refused']);
    expect(notes.states.at(-1)!.fault).toMatchObject({ where: setup.url, found: 'closed with 1008: no' });
    expect(notes.all).toEqual([]);
    expect(sockets.every((socket) => socket.isClosed)).toBe(true);
  });

  it('is refused where the address cannot be opened', () => {
    const clock = createHandClock();
    const notes = createNotes();
    const openSocket = () => {
      throw new SyntaxError('mixed content');
    };
    createWebSocketSource(setup, notes, { clock, openSocket }).open();
    clock.advance(0);
    expect(notes.states.map((state) => state.phase)).toEqual(['connecting', 'refused']);
  });

  it('sends only while it is open', async () => {
    const { source, sockets } = createBench();
    expect(source.send('early')).toBe(false);
    sockets[0]!.onopen!();
    expect(source.send('now')).toBe(true);
    await source.close();
    expect(source.send('late')).toBe(false);
    expect(sockets[0]!.sent).toEqual(['now']);
  });
});
