import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import '../../../src/app.css';
import LossCurve from '$lib/ui/chart/LossCurve.svelte';
import SliceTable from '$lib/ui/chart/SliceTable.svelte';
import { fullFromMs, fullToMs, sliceOf } from './recording';

let target: HTMLElement;
let mounted: Record<string, unknown>;

beforeEach(() => {
  target = document.body.appendChild(document.createElement('main'));
});
afterEach(async () => {
  await unmount(mounted);
  expect(target.childElementCount).toBe(0);
  target.remove();
});

describe('a loss curve', () => {
  it('says in one sentence what it draws', () => {
    const props = { loss: [1, 0.5, 0.25], validationLoss: [1.2, 0.7, 0.4], bestEpoch: 3 };
    mounted = mount(LossCurve, { target, props });
    flushSync();
    expect(target.querySelector('canvas')!.getAttribute('aria-label')).toBe(
      'Loss over 3 epochs: training 0.25, validation 0.4, best epoch 3.'
    );
  });

  it('stands before the first epoch and without validation', () => {
    mounted = mount(LossCurve, { target, props: { loss: [], validationLoss: [] } });
    flushSync();
    expect(target.querySelector('canvas')!.getAttribute('aria-label')).toBe(
      'Loss over 0 epochs: training –, validation –.'
    );
  });
});

describe('the table of readings', () => {
  it('shows some fifty rows of what is visible, when it is opened', async () => {
    mounted = mount(SliceTable, { target, props: { slice: sliceOf(fullFromMs, fullToMs, 1000) } });
    flushSync();
    expect(target.querySelector('table')).toBeNull();
    await page.getByText('Readings as a table').click();
    expect(target.querySelectorAll('tbody tr')).toHaveLength(50);
    expect([...target.querySelectorAll('thead th')].map((head) => head.textContent)).toEqual([
      'Time, UTC',
      'ramp c\u00a0°C',
      'sine 1\u00a0bar',
      'Score'
    ]);
    const rows = [...target.querySelectorAll('tbody tr')].map((row) => row.textContent);
    expect(rows[0]).toContain('9 Mar 2026, 10:00');
    expect(rows.some((row) => row.includes('unknown') && row.includes('–'))).toBe(true);
  });
});
