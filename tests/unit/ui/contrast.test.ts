/** Contrast of the tokens in `app.css`, by the WCAG 2.2 formula: 4.5 for text, 3 for shapes and control outlines. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { themes } from '$lib/domain/theme';

const css = readFileSync(new URL('../../../src/app.css', import.meta.url), 'utf8');

/** The tokens declared in the block that begins with `selector {`. */
function declared(selector: string): Record<string, string> {
  const start = css.indexOf(`\n${selector} {`);
  if (start < 0) throw new Error(`no block ${selector} in app.css`);
  const block = css.slice(start, css.indexOf('\n}', start));
  return Object.fromEntries([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]));
}

function luminance(hex: string): number {
  if (!/^#[0-9a-f]{6}$/.test(hex)) throw new Error(`not a colour: ${hex}`);
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const surfaces = ['--surface', '--surface-raised', '--surface-sunken'];
const pairs: [string, string, number][] = [
  ...surfaces.flatMap((surface): [string, string, number][] => [
    ['--ink', surface, 7],
    ['--ink-muted', surface, 4.5],
    ['--hairline-strong', surface, 3]
  ]),
  ['--ink-inverse', '--ink', 7],
  ['--line-expected', '--surface', 4.5],
  ['--band-unknown', '--surface', 3],
  ['--p1-glyph', '--p1', 4.5],
  ['--p2-glyph', '--p2', 4.5],
  ['--p3-glyph', '--p3', 4.5],
  ['--p4-glyph', '--p4', 4.5]
];

describe('the formula', () => {
  it.each([
    ['#1a1a1a', '#d4d4d4', 11.7],
    ['#b00020', '#d4d4d4', 4.9],
    ['#ffd400', '#d4d4d4', 1.04],
    ['#e6e6e6', '#1e2124', 13]
  ])('gives %s on %s its known ratio', (text, ground, ratio) => {
    // The known ratios are rounded to the digits given, at worst to 0.05.
    expect(Math.abs(contrast(text, ground) - ratio)).toBeLessThan(0.05);
  });
});

describe.each(themes)('theme %s', (theme) => {
  const tokens = { ...declared(':root'), ...(theme === 'day' ? {} : declared(`:root[data-theme='${theme}']`)) };

  it.each(pairs)('%s on %s reaches %d', (one, other, least) => {
    expect(contrast(tokens[one] ?? '', tokens[other] ?? '')).toBeGreaterThanOrEqual(least);
  });

  it.each(['--p1', '--p2', '--p3'])('%s or its edge stands out from every surface', (shape) => {
    for (const surface of surfaces) {
      const best = Math.max(
        ...[shape, '--p-edge'].map((token) => contrast(tokens[token] ?? '', tokens[surface] ?? ''))
      );
      expect(best).toBeGreaterThanOrEqual(3);
    }
  });
});
