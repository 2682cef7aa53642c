import { describe, expect, it } from 'vitest';
import { createPokeReader, createPokeStream, type FetchStream } from '$lib/sync/poke-stream';
import { createHandClock } from '../ingest-live/hand-clock';

const settle = async () => {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A backend that answers each request with what `answer` says; `say` and `end` are about its newest stream. */
function openPlace(answer: { status: number; type?: string } | Error = { status: 200, type: 'text/event-stream' }) {
  const clock = createHandClock();
  const asked: { url: string; headers: Record<string, string>; signal: AbortSignal }[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  const place = { answer, pokes: 0 };
  const fetch: FetchStream = async (url, { headers, signal }) => {
    asked.push({ url, headers, signal });
    if (place.answer instanceof Error) throw place.answer;
    const { status, type = 'application/json' } = place.answer;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(own) {
        controller = own;
        signal.addEventListener('abort', () => own.error(new Error('aborted')));
      }
    });
    return { status, headers: new Headers({ 'content-type': type }), body };
  };
  let requests = 0;
  const stream = createPokeStream({
    fetch,
    clock,
    sign: async () => ({ signature: String(++requests) }),
    onPoke: () => (place.pokes += 1)
  });
  return Object.assign(place, {
    stream,
    asked,
    async say(text: string) {
      controller!.enqueue(new TextEncoder().encode(text));
      await settle();
    },
    async end() {
      controller!.close();
      await settle();
    },
    async pass(milliseconds: number) {
      clock.advance(milliseconds);
      await settle();
    }
  });
}

describe('createPokeStream', () => {
  it('asks with a signature of its own each time, and tells of each poke', async () => {
    const place = openPlace();
    place.stream.open();
    await settle();
    await place.say('retry: 2000\n\nevent: poke\nid: 7\ndata: 7\n\n');
    await place.say(': alive\n\n');
    await place.say('event: po');
    await place.say('ke\nid: 8\ndata: 8\n\n');
    expect(place.pokes).toBe(2);
    await place.end();
    await place.pass(1999);
    expect(place.asked).toHaveLength(1);
    await place.pass(1);
    await place.say('event: poke\n');
    expect(place.pokes).toBe(3);
    expect(place.asked.map(({ url, headers }) => [url, headers.signature, headers.Accept])).toEqual([
      ['/api/v1/sync/poke', '1', 'text/event-stream'],
      ['/api/v1/sync/poke', '2', 'text/event-stream']
    ]);
  });

  it.each([{ status: 401 }, { status: 503 }, { status: 200, type: 'text/html' }])(
    'asks again half a minute after an answer that is no stream: %o',
    async (answer) => {
      const place = openPlace(answer);
      place.stream.open();
      await settle();
      expect(place.asked[0]!.signal.aborted).toBe(true);
      await place.pass(29_999);
      expect(place.asked).toHaveLength(1);
      place.answer = { status: 200, type: 'text/event-stream; charset=utf-8' };
      await place.pass(1);
      await place.say('event: poke\n');
      expect([place.asked.length, place.pokes]).toEqual([2, 1]);
    }
  );

  it('asks an unreachable backend less and less often, and soon again once it was reached', async () => {
    const place = openPlace(new TypeError('Failed to fetch'));
    place.stream.open();
    await settle();
    for (const pauseMs of [2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const before = place.asked.length;
      await place.pass(pauseMs - 1);
      expect(place.asked).toHaveLength(before);
      await place.pass(1);
      expect(place.asked).toHaveLength(before + 1);
    }
    place.answer = { status: 200, type: 'text/event-stream' };
    await place.pass(30_000);
    const before = place.asked.length;
    await place.say(': alive\n');
    await place.end();
    await place.pass(2000);
    expect(place.asked).toHaveLength(before + 1);
  });

  it('gives a silent connection up, and not one that is alive', async () => {
    const place = openPlace();
    place.stream.open();
    await settle();
    for (let i = 0; i < 10; i++) {
      await place.pass(15_000);
      await place.say(': alive\n\n');
    }
    expect(place.asked).toHaveLength(1);
    await place.pass(45_000);
    expect(place.asked[0]!.signal.aborted).toBe(true);
    await place.pass(2000);
    expect(place.asked).toHaveLength(2);
  });

  it('listens once, however often it is told to', async () => {
    const place = openPlace();
    place.stream.open();
    place.stream.open();
    await settle();
    place.stream.open();
    await settle();
    await place.pass(40_000);
    expect(place.asked.filter(({ signal }) => !signal.aborted)).toHaveLength(1);
    expect(place.asked).toHaveLength(2);
    await place.say('event: poke\n');
    expect(place.pokes).toBe(1);
  });
});

describe('createPokeReader', () => {
  const count = (pieces: string[]) => {
    let pokes = 0;
    const take = createPokeReader(() => (pokes += 1));
    for (const piece of pieces) take(piece);
    return pokes;
  };

  it('reads lines of any ending, in pieces of any size', () => {
    const text = 'event: poke\r\ndata: 1\r\n\r\nevent:poke\rdata: 2\r\revent: poke\ndata: 3\n\n';
    expect(count([text])).toBe(3);
    expect(count([...text])).toBe(3);
  });

  it('leaves everything else, and keeps no line without an end', () => {
    expect(count(['event: poker\n: event: poke\ndata: event: poke\nid: 3\n\nevent: poke'])).toBe(0);
    expect(count([...Array.from({ length: 100 }, () => 'x'.repeat(10_000)), '\nevent: poke\n'])).toBe(1);
  });
});
