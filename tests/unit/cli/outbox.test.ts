import { expect, it } from 'vitest';
import { createOutbox } from '../../../src/cli/outbox';

/** A drain that takes until `room` bytes are buffered, and whose buffer a test empties. */
function slowDrain() {
  const sent: string[] = [];
  const done: (() => void)[] = [];
  return {
    sent,
    bufferedAmount: 0,
    send(message: string, through: () => void) {
      sent.push(message);
      done.push(through);
      this.bufferedAmount += message.length;
    },
    async empty() {
      this.bufferedAmount = 0;
      for (const through of done.splice(0)) through();
      await Promise.resolve();
    }
  };
}

it('hands over at once while there is room', () => {
  const drain = slowDrain();
  createOutbox(drain).push(['a', 'b']);
  expect(drain.sent).toEqual(['a', 'b']);
});

it('keeps the youngest for a slow reader, counts the others, and goes on in order when there is room', async () => {
  const drain = slowDrain();
  const outbox = createOutbox(drain, { mostBytes: 3, mostQueued: 4 });
  outbox.push(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  expect(drain.sent.join('')).toBe('abc');
  expect(outbox.dropped()).toBe(2);
  outbox.push(['j']);
  expect(outbox.dropped()).toBe(3);
  await drain.empty();
  expect(drain.sent.join('')).toBe('abcghi');
  await drain.empty();
  expect(drain.sent.join('')).toBe('abcghij');
  outbox.push(['k']);
  expect(drain.sent.join('')).toBe('abcghijk');
});
