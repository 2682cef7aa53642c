/** Several files at once: what cannot be read is told by name, and costs nothing else. */
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { previewFiles } from '$lib/ingest/files';
import { fileWith, nowMs, stamp } from './csv-samples';

const log = (hour: number): string => {
  const t0Ms = Date.UTC(2024, 2, 14, hour);
  const lines = Array.from({ length: 500 }, (_, i) => `${stamp(t0Ms + i * 1000)},${Math.sin(i * i).toFixed(4)},${i}`);
  return `time,p,q\n${lines.join('\n')}\n`;
};

describe('an archive', () => {
  const whole = zipSync({ '1.csv': strToU8(log(1)), '2.csv': strToU8(log(2)), '3.csv': strToU8(log(3)) });
  /** The archive with bytes inside its second file changed. */
  const damaged = (): Uint8Array => {
    const bytes = whole.slice();
    const at = new TextDecoder('latin1').decode(bytes).indexOf('2.csv') + 500;
    bytes.fill(0x55, at, at + 40);
    return bytes;
  };

  test('with one damaged file is the others, and tells which one is not', async () => {
    const previewed = await previewFiles([fileWith(damaged(), 'night.zip')], null, { nowMs });
    expect(previewed.ok && previewed.value).toMatchObject({
      groups: [{ fileNames: ['night.zip/1.csv', 'night.zip/3.csv'], survey: { accepted: 1000 } }],
      unread: [{ code: 'damaged-file' }]
    });
    expect(previewed.ok && previewed.value.unread[0]!.where).toContain('night.zip/2.csv');
  });

  test('that is cut off does not cost the files beside it', async () => {
    const files = [fileWith(whole.subarray(0, 300), 'cut.zip'), fileWith(log(5), 'day.csv')];
    const previewed = await previewFiles(files, null, { nowMs });
    expect(previewed.ok && previewed.value).toMatchObject({
      groups: [{ fileNames: ['day.csv'] }],
      unread: [{ code: 'damaged-file', where: 'cut.zip' }]
    });
  });
});
