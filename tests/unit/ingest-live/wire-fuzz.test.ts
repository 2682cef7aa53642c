import { describe, expect, it } from 'vitest';
import { createRandom } from '$lib/domain/random';
import type { SourceLoss } from '$lib/domain/source';
import { createWireReader } from '$lib/ingest/wire/wire-reader';
import { fuzzCount, fuzzTimeoutMs, isSound, mutate } from './mutations';

const nowMs = 1_764_000_000_000;
const frames = [
  '{"ts":1732180000000,"asset":"P-101A","v":{"Motor_RPM":1480,"Flow_Rate_L_min":998.5,"Oil_Pressure_bar":null}}\n',
  '[{"ts":1732180000000,"values":{"a":1.5}},{"ts":"2024-11-21T09:06:40Z","values":{"a":-2e-3}}]',
  '[{"bn":"urn:dev:P-101A:","bt":1732180000,"n":"brgT","u":"Cel","v":61.2},{"n":"q","u":"m3/s","v":0.0166}]',
  'pump,asset=P-101A,site=N\\ 1 flow=998.2,rpm=2949i,on=true,note="x y" 1732180000000000000\n',
  'ts;asset;flow;rpm\n1732180000;P1;998,5;1480\n2024-11-21T09:06:40Z;P2;;1,5\n'
].map((text) => new TextEncoder().encode(text));
const spice = new TextEncoder().encode('{}[]",:=\\; \n\r\t0123456789.-+eiutfnTZ');

describe('mutated frames', () => {
  it('never crash, and whatever is read is sound', { timeout: fuzzTimeoutMs }, () => {
    const random = createRandom(4);
    let loss = 0;
    let read = 0;
    let reader = createWireReader('auto', () => loss++);
    for (let round = 0; round < fuzzCount; round++) {
      if (round % 100 === 0)
        reader = createWireReader(
          (['auto', 'json', 'influx', 'csv', 'senml'] as const)[(round / 100) % 5]!,
          () => loss++
        );
      const text = new TextDecoder().decode(mutate(frames[round % frames.length]!, spice, random));
      const readings = reader.read(text, nowMs, 'own');
      read += readings.length;
      const unsound = readings.find((reading) => !isSound(reading, nowMs));
      if (unsound) expect.fail(`${JSON.stringify(text)} became ${JSON.stringify(unsound)}`);
    }
    expect(loss).toBeGreaterThan(fuzzCount / 20);
    expect(read).toBeGreaterThan(fuzzCount / 20);
  });

  it('cut off anywhere, JSON gives no reading, and says so when the next message comes', () => {
    for (const frame of frames.slice(0, 3)) {
      const text = new TextDecoder().decode(frame).trim();
      for (let end = 1; end < text.length; end++) {
        const losses: SourceLoss[] = [];
        const reader = createWireReader('auto', (loss) => losses.push(loss));
        expect(reader.read(text.slice(0, end), nowMs, 'own')).toEqual([]);
        expect(reader.read('{"ts":1732180000,"v":{"next":1}}', nowMs, 'own')).toHaveLength(1);
        expect(losses).toHaveLength(1);
      }
    }
  });
});
