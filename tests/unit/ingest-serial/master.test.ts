import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import type { ReadRequest } from '$lib/ingest/modbus/frame';
import { createModbusMaster } from '$lib/ingest/modbus/master';
import type { Answer } from '$lib/ingest/modbus/master';
import { createModbusLine, hex, seal } from '../../support/modbus-line';
import type { ModbusDevice } from '../../support/modbus-line';
import { createHandClock } from '../ingest-live/hand-clock';
import { fuzzCount, mutate } from '../ingest-live/mutations';
import { turn } from './turn';

const request: ReadRequest = { address: 1, functionCode: 3, start: 0, count: 2 };
const [timeoutMs, characterMs] = [200, 11 / 19.2];

/** A master on a line with one device whose register n holds n + 7. */
function openBench(change: Partial<ModbusDevice> = {}, retries = 2) {
  const clock = createHandClock();
  const line = createModbusLine((bytes) => master.receive(bytes), clock);
  const master = createModbusMaster({ clock, write: (bytes) => line.hear(bytes), characterMs, timeoutMs, retries });
  const registers = new Map(Array.from({ length: 200 }, (_, n) => [n, n + 7]));
  const device: ModbusDevice = { registers, delayMs: 20, ...change };
  line.devices.set(1, device);
  /** Asks, and lets time pass until it is answered. */
  async function ask(asked: Partial<ReadRequest> = {}): Promise<Answer> {
    let answer: Answer | null = null;
    void master.ask({ ...request, ...asked }).then((found) => (answer = found));
    for (let passed = 0; answer === null && passed < 20_000; passed += 10) await turn(clock, 10);
    return answer!;
  }
  return { clock, line, master, device, ask };
}

const words = (answer: Answer) =>
  answer.kind === 'registers'
    ? Array.from(answer.data, (byte, i) => (i % 2 ? byte : byte << 8)).reduce<number[]>(
        (all, part, i) => (i % 2 ? [...all.slice(0, -1), all.at(-1)! + part] : [...all, part]),
        []
      )
    : answer;

describe('Modbus master', () => {
  it('asks one at a time, in order, with a silence between', async () => {
    const { master, line, clock } = openBench();
    const answers = Promise.all([0, 2, 4].map((start) => master.ask({ ...request, start })));
    await turn(clock, 0);
    expect(line.requests).toHaveLength(1);
    await turn(clock, 20);
    expect(line.requests).toHaveLength(1);
    await turn(clock, 3);
    expect(line.requests).toHaveLength(2);
    await turn(clock, 1000);
    expect((await answers).map(words)).toEqual([
      [7, 8],
      [9, 10],
      [11, 12]
    ]);
  });

  it('tries twice more, and then says that nobody is there', async () => {
    const { ask, line } = openBench({ isSilent: true });
    expect(await ask()).toEqual({ kind: 'silent' });
    expect(line.requests).toEqual(Array(3).fill('010300000002c40b'));
  });

  it('is answered by a retry', async () => {
    const bench = openBench();
    let heard = 0;
    bench.device.garble = (frame) => (heard++ === 0 ? frame.slice(0, 4) : frame);
    expect(words(await bench.ask())).toEqual([7, 8]);
    expect(bench.line.requests).toHaveLength(2);
  });

  it('takes exceptions at once', async () => {
    const { ask, line } = openBench({ exception: 6 });
    expect(await ask()).toEqual({ kind: 'exception', code: 6 });
    expect(line.requests).toHaveLength(1);
  });

  it('is not misled by the echo of an adapter, and does not take it for noise', async () => {
    const { ask, line, device } = openBench();
    line.hasEcho = true;
    expect(words(await ask())).toEqual([7, 8]);
    device.isSilent = true;
    expect(await ask({ start: 4 })).toEqual({ kind: 'silent' });
  });

  it('tells garbled answers from silence', async () => {
    const { ask } = openBench({ garble: (frame) => frame.map((byte) => byte ^ 0x10) });
    expect(await ask()).toEqual({ kind: 'garbled', bytes: 9 });
  });

  it('reads an answer that comes in pieces, with noise before it', async () => {
    const { master, clock } = openBench({ isSilent: true });
    const answer = master.ask(request);
    await turn(clock, 0);
    for (const byte of [0, 1, 3, ...seal([1, 3, 4, 0, 1, 0, 2])]) {
      master.receive(Uint8Array.of(byte));
      await turn(clock, 5);
    }
    expect(words(await answer)).toEqual([1, 2]);
  });

  it('never takes a late answer to the request before for that to the next', async () => {
    const { ask, device, line } = openBench({ delayMs: 450 });
    // Each is answered after its tries are over or while it is tried again; two answers more are on their way.
    for (const start of [0, 10, 20, 30]) {
      const answer = await ask({ start });
      if (answer.kind === 'registers') expect(words(answer)).toEqual([start + 7, start + 8]);
    }
    device.delayMs = 20;
    expect(words(await ask({ start: 40 }))).toEqual([47, 48]);
    expect(line.requests.length).toBeGreaterThan(5);
  });

  it('asks other devices meanwhile without waiting for late answers', async () => {
    const { ask, line, clock, device } = openBench({ isSilent: true });
    line.devices.set(2, { ...device, isSilent: false });
    await ask();
    const beforeMs = clock.now();
    expect(words(await ask({ address: 2 }))).toEqual([7, 8]);
    expect(clock.now() - beforeMs).toBeLessThan(50);
  });

  it('gives long answers on slow lines the time they need', async () => {
    const clock = createHandClock();
    const slow = createModbusMaster({ clock, write: () => {}, characterMs: 11 / 1.2, timeoutMs, retries: 0 });
    let isOver = false;
    void slow.ask({ ...request, count: 125 }).then(() => (isOver = true));
    await turn(clock, 2500);
    expect(isOver).toBe(false);
    await turn(clock, 300);
    expect(isOver).toBe(true);
  });

  it('asks all the same on a line that is never silent', async () => {
    const { master, clock, line } = openBench();
    const answer = master.ask(request);
    for (let i = 0; i < 60; i++) {
      master.receive(Uint8Array.of(0x55));
      await turn(clock, 1);
    }
    expect(words(await answer)).toEqual([7, 8]);
    expect(line.requests).toHaveLength(1);
  });

  it('ends when it is stopped, and sends nothing any more', async () => {
    const { master, clock, line } = openBench({ isSilent: true });
    const answers = Promise.all([master.ask(request), master.ask(request)]);
    await turn(clock, 0);
    master.stop();
    expect(await answers).toEqual([{ kind: 'stopped' }, { kind: 'stopped' }]);
    expect(line.requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('takes no mutated answer for a right one, and never hangs', async () => {
    const random = createRandom(6);
    const clock = createHandClock();
    let sent: Uint8Array | null = null;
    const write = (bytes: Uint8Array) => void (sent = bytes);
    const master = createModbusMaster({ clock, write, characterMs, timeoutMs, retries: 0 });
    const right = seal([1, 3, 4, 0x12, 0x34, 0x56, 0x78]);
    const spice = Uint8Array.of(1, 3, 4, 0x83, 0);
    let [answered, lost] = [0, 0];
    // Its tries are all over by timers: no turn of the event loop is needed.
    const flush = async () => {
      for (let i = 0; i < 12; i++) await Promise.resolve();
    };
    for (let round = 0; round < fuzzCount / 4; round++) {
      let answer: Answer | null = null;
      sent = null;
      void master.ask({ ...request, start: round & 0x7fff }).then((found) => (answer = found));
      for (let i = 0; i < 40 && sent === null; i++) {
        await flush();
        if (sent === null) clock.advance(100);
      }
      const bytes = mutate(right, spice, random);
      const at = Math.floor(random.uniform() * bytes.length);
      master.receive(bytes.subarray(0, at));
      master.receive(bytes.subarray(at));
      await flush();
      clock.advance(timeoutMs + 50);
      await flush();
      const found = answer as Answer | null;
      if (found === null) expect.fail(`hangs after ${hex(bytes)}`);
      if (found.kind !== 'registers') lost++;
      else if (hex(found.data) === '12345678') answered++;
      else expect.fail(`${hex(bytes)} became ${hex(found.data)}`);
    }
    expect(lost).toBeGreaterThan(fuzzCount / 20);
    expect(answered).toBeGreaterThan(fuzzCount / 400);
  });
});
