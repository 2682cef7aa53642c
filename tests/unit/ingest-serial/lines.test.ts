import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import type { Fault } from '$lib/domain/result';
import { createLineCutter, longestLine } from '$lib/ingest/serial/lines';
import { fuzzCount, mutate } from '../ingest-live/mutations';

/** Cuts `bytes` at `cuts` and gives the lines and faults that come of it. */
function cut(bytes: Uint8Array, cuts: number[] = []) {
  const lines: string[] = [];
  const faults: Fault[] = [];
  const cutter = createLineCutter({ line: (text) => lines.push(text), unreadable: (fault) => faults.push(fault) });
  let begin = 0;
  for (const end of [...cuts].sort((a, b) => a - b).concat(bytes.length)) {
    cutter.push(bytes.subarray(begin, Math.max(begin, end)));
    begin = Math.max(begin, end);
  }
  return { lines, faults };
}

const encode = (text: string) => new TextEncoder().encode(text);
const linesOf = (text: string) => cut(encode(text)).lines;

describe('lines of a serial port', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r']
  ])('end with %s', (_name, end) => {
    expect(linesOf(['', '{"a":1}', '1,2', 'ü,3', '4'].join(end))).toEqual(['{"a":1}', '1,2', 'ü,3']);
  });

  it.each([
    ['half a row', '80,3.5\n', []],
    ['half JSON', '1480}}\n', []],
    ['half JSON with an object inside', '{"a":1}}\n', []],
    ['a line without a value', '-7\n', []],
    ['half JSON that begins with a name', 'low":1}}\n', []],
    ['the end of a row without values', 'NaN,n/a\n', []],
    ['half a line of another protocol', 'mp,asset=P-1 flow=998\n', []],
    ['a header of one column', 'Motor_RPM\n', ['Motor_RPM']],
    ['a whole object', '{"v":{"a":1}}\n', ['{"v":{"a":1}}']],
    ['a header', 'ts,Motor_RPM\n', ['ts,Motor_RPM']],
    ['a header behind the noise of switching on', '\u0000\u0000ts,Motor_RPM\n', ['ts,Motor_RPM']]
  ])('of which the first is %s', (_name, text, lines) => {
    expect(cut(encode(text))).toEqual({ lines, faults: [] });
  });

  it('tell bytes that are no UTF-8, and lose that line alone', () => {
    const bytes = Uint8Array.from([...encode('\n1,2\n3,'), 0xb0, 0xff, ...encode('\n5,6\n')]);
    const { lines, faults } = cut(bytes);
    expect(lines).toEqual(['1,2', '5,6']);
    expect(faults).toMatchObject([{ found: '4 bytes that are no UTF-8', expected: 'UTF-8' }]);
  });

  it('read the signs of units in a header that is Latin-1, and in nothing else', () => {
    const latin = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
    expect(cut(latin('T [°C];Q [m³/h]\n20;30\n')).lines).toEqual(['T [°C];Q [m³/h]', '20;30']);
    expect(cut(latin('\n20;3°0\nP\u00ff;Q\n'))).toMatchObject({ lines: [], faults: [{}, {}] });
  });

  it('are bounded, and go on behind one that is too long', () => {
    const { lines, faults } = cut(encode(`\n${'9'.repeat(3 * longestLine)}\n7,8\n`));
    expect(lines).toEqual(['7,8']);
    expect(faults).toHaveLength(1);
    expect(cut(encode(`\n${'9'.repeat(longestLine)}\n`)).lines).toHaveLength(1);
  });

  it('leave out the line in which bytes were lost, and after opening what nobody saw begin', () => {
    const lines: string[] = [];
    const cutter = createLineCutter({ line: (text) => lines.push(text), unreadable: () => {} });
    cutter.push(encode('\n1,2\n3,'));
    cutter.skip();
    cutter.push(encode('4\n5,6\n7,'));
    cutter.restart();
    cutter.push(encode('8\n9,10\n'));
    expect(lines).toEqual(['1,2', '5,6', '9,10']);
  });

  it('are the same however they are cut', () => {
    const text = '\r\n{"ts":1732180000,"v":{"ü":1}}\r\nts;Motor_RPM\n1732180000;1480\n\n\rgarbage\u0000\n°C\r';
    const bytes = encode(text);
    const whole = cut(bytes);
    expect(whole.lines).toHaveLength(5);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        expect(cut(bytes, cuts)).toEqual(whole);
      }),
      { numRuns: 2000 }
    );
  });

  it('are the same however mutated bytes are cut, and none is longer than its bytes', () => {
    const random = createRandom(5);
    const sample = encode('ts,Motor_RPM\n1732180000,1480\r\n{"ts":1732180000,"v":{"Flow_Rate_L_min":998.5}}\n');
    const spice = encode('\n\r\u0000{}[],;"\\é');
    for (let round = 0; round < fuzzCount; round++) {
      const bytes = mutate(sample, spice, random);
      const cuts = Array.from({ length: 5 }, () => Math.floor(random.uniform() * bytes.length));
      const whole = cut(bytes);
      const parts = cut(bytes, cuts);
      if (JSON.stringify(parts) !== JSON.stringify(whole)) expect.fail(`cut at ${cuts.join()}: ${bytes.join()}`);
    }
  });
});
