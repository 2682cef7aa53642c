import { expect, test } from 'vitest';
import { damageText } from '$lib/ui/damage-words';

const atMs = Date.UTC(2026, 9, 25, 3, 0);
const minuteMs = 60_000;
const span = (fromMin: number, toMin: number) => ({ fromMs: atMs + fromMin * minuteMs, toMs: atMs + toMin * minuteMs });

test('hours that follow each other are one stretch, and of many the first few are named', () => {
  expect(damageText('readings', [span(0, 59), span(60, 90)])).toBe(
    'Stored readings of this pump are damaged and cannot be read any more: 25 Oct 2026, 03:00 – 04:30 UTC.'
  );
  const apart = Array.from({ length: 6 }, (_, i) => span(i * 180, i * 180 + 30));
  expect(damageText('scores', apart)).toMatch(/^Stored scores .*: 25 Oct 2026, 03:00 – 03:30 UTC; .*; 2 more\.$/);
});
