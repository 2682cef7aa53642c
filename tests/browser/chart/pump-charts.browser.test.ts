import { flushSync, mount, unmount } from 'svelte';
import { fromStore, writable } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import '../../../src/app.css';
import PumpCharts from '$lib/ui/chart/PumpCharts.svelte';
import { finding, fullFromMs, fullToMs, gap, sliceOf, threshold } from './recording';

const span = fullToMs - fullFromMs;
const answers = writable(sliceOf(fullFromMs, fullToMs));
const current = fromStore(answers);
const onrange = vi.fn<(fromMs: number, toMs: number) => void>();
const onselectfinding = vi.fn<(id: string) => void>();
let target: HTMLElement;
let charts: Record<string, unknown> | undefined;

function open() {
  const rest = {
    fullFromMs,
    fullToMs,
    threshold,
    onrange,
    onselectfinding,
    findings: [finding],
    selectedFindingId: null
  };
  const whole = sliceOf(fullFromMs, fullToMs, 100);
  charts = mount(PumpCharts, {
    target,
    props: {
      ...rest,
      get slice() {
        return current.current;
      },
      healthy: { t0Ms: fullFromMs + 0.05 * span, t1Ms: fullFromMs + 0.3 * span },
      overview: { t: whole.t, values: whole.score!.mean }
    }
  });
  flushSync();
  // Its text, by which it would be found otherwise, changes under the pointer.
  find('.plots').dataset.testid = 'plots';
}

const find = <E extends HTMLElement>(selector: string) => target.querySelector<E>(selector)!;
const canvases = () => [...target.querySelectorAll('canvas')];
const nextFrame = () => new Promise(requestAnimationFrame);

/** Place in the stack at a share of the visible range. */
function placeAt(share: number) {
  const plots = find('.plots').getBoundingClientRect();
  const area = find('.overlay').getBoundingClientRect();
  return { x: area.left - plots.left + share * area.width, y: 80 };
}

/** Darkest grey of a canvas column at a share of the visible range, 0 … 255. */
function darkestAt(canvas: HTMLCanvasElement, share: number): number {
  const area = find('.overlay').getBoundingClientRect();
  const box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const x = Math.round((area.left - box.left + share * area.width) * ratio);
  const { data } = canvas.getContext('2d')!.getImageData(x, 0, 1, Math.round(canvas.height * 0.85));
  let darkest = 255;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3]! > 200) darkest = Math.min(darkest, (data[i]! + data[i + 1]! + data[i + 2]!) / 3);
  }
  return darkest;
}

async function drag(fromShare: number, toShare: number) {
  const plots = find('.plots');
  await userEvent.dragAndDrop(plots, plots, { sourcePosition: placeAt(fromShare), targetPosition: placeAt(toShare) });
  await nextFrame();
}

async function press(keys: string) {
  find('.group').focus();
  await userEvent.keyboard(keys);
  await nextFrame();
}

function expectLastRange(from: number, to: number, tolerance = 0.01) {
  const [fromMs, toMs] = onrange.mock.lastCall!;
  expect(Math.abs((fromMs - fullFromMs) / span - from)).toBeLessThan(tolerance);
  expect(Math.abs((toMs - fullFromMs) / span - to)).toBeLessThan(tolerance);
}

beforeEach(async () => {
  await page.viewport(1000, 900);
  document.documentElement.dataset.theme = 'day';
  answers.set(sliceOf(fullFromMs, fullToMs));
  target = document.body.appendChild(document.createElement('main'));
  open();
  await nextFrame();
});

afterEach(async () => {
  if (charts) await unmount(charts);
  charts = undefined;
  target.remove();
  vi.clearAllMocks();
});

describe('pump charts', () => {
  it('draw a canvas for each channel, the score and the whole recording, each with its sentence', () => {
    expect(canvases().map((canvas) => canvas.getAttribute('role'))).toEqual(['img', 'img', 'img', 'img']);
    expect(canvases().map((canvas) => canvas.getAttribute('aria-label'))).toEqual([
      expect.stringMatching(/^ramp c, 9 Mar 2026, 10:00 – 20:00 UTC: lowest 0\u00a0°C, highest 101\u00a0°C, 1 gap\.$/),
      expect.stringMatching(/^sine 1, .*\u00a0bar, 1 gap\.$/),
      expect.stringMatching(/^Score, .*, 1 gap\.$/),
      'Whole recording, 9 Mar 2026, 10:00 – 20:00 UTC'
    ]);
  });

  it('leave a gap where there are no readings', () => {
    const [, sine] = canvases();
    const ink = 60;
    expect(darkestAt(sine!, 0.3)).toBeLessThan(ink);
    expect(darkestAt(sine!, 0.6)).toBeLessThan(ink);
    // The expected line goes on, in blue.
    expect(darkestAt(sine!, (gap.from + gap.to) / 2)).toBeGreaterThan(ink);
  });

  it('ask for the range that was dragged over and keep the old drawing until it comes', async () => {
    const before = canvases();
    await drag(0.2, 0.6);
    expect(onrange).toHaveBeenCalledTimes(1);
    expectLastRange(0.2, 0.6);
    expect(canvases()).toEqual(before);
    expect(darkestAt(before[1]!, 0.9)).toBeLessThan(60);
    answers.set(sliceOf(...(onrange.mock.lastCall as [number, number])));
    flushSync();
    await nextFrame();
    expect(canvases()).toEqual(before);
    expect(find('.times').textContent).toContain('9 Mar 2026, 12:0');
  });

  it('are not thrown back by an answer that comes late', async () => {
    await press('{+}');
    const first = onrange.mock.lastCall!;
    await press('{ArrowRight}');
    const shown = find('.times').textContent;
    answers.set(sliceOf(...first));
    flushSync();
    expect(find('.times').textContent).toBe(shown);
  });

  it('follow a range that the page chose itself', () => {
    answers.set(sliceOf(fullFromMs + 0.5 * span, fullToMs));
    flushSync();
    expect(find('.times').textContent).toContain('15:00 – 20:00');
  });

  it('obey the keyboard', async () => {
    await press('{+}');
    expectLastRange(0.25, 0.75);
    await press('{ArrowRight}');
    expectLastRange(0.3, 0.8);
    await press('{ArrowLeft}{ArrowLeft}');
    expectLastRange(0.2, 0.7);
    await press('-');
    expectLastRange(0, 1, 0.06);
    await press('{+}{Home}');
    expectLastRange(0, 1);
    await press('{+}{Escape}');
    expectLastRange(0, 1);
  });

  it('obey the buttons', async () => {
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await nextFrame();
    expectLastRange(0.25, 0.75);
    await page.getByRole('button', { name: 'Whole recording' }).click();
    await nextFrame();
    expectLastRange(0, 1);
  });

  it('zoom with Ctrl and the wheel about the pointer, and leave a plain wheel to the page', async () => {
    const plots = find('.plots');
    const { left } = plots.getBoundingClientRect();
    const wheel = (ctrlKey: boolean) =>
      new WheelEvent('wheel', {
        deltaY: -100,
        ctrlKey,
        clientX: left + placeAt(0.5).x,
        cancelable: true,
        bubbles: true
      });
    expect(plots.dispatchEvent(wheel(false))).toBe(true);
    await nextFrame();
    expect(onrange).not.toHaveBeenCalled();
    expect(plots.dispatchEvent(wheel(true))).toBe(false);
    await nextFrame();
    // e^-0.4 of the whole, about its middle.
    expectLastRange(0.165, 0.835);
  });

  it('keep the values of a tapped place and choose the finding there', async () => {
    const readings = () => [...target.querySelectorAll('dd')].map((value) => value.textContent);
    const atEnd = readings();
    await userEvent.click(find('.plots'), { position: placeAt(0.25) });
    await userEvent.hover(find('.buttons'));
    expect(readings()[0]).toBe('25');
    expect(readings()[1]).toBe('26');
    expect(readings()).not.toEqual(atEnd);
    expect(onselectfinding).not.toHaveBeenCalled();
    await userEvent.click(find('.plots'), { position: placeAt(0.85) });
    expect(onselectfinding).toHaveBeenCalledExactlyOnceWith('step');
    await userEvent.click(find('.plots'), { position: placeAt(0.45) });
    await userEvent.hover(find('.buttons'));
    expect(readings()[0]).toBe('–');
    expect(readings().at(-2)).toBe('unknown');
  });

  it('move the cursor by key, without a pointer', async () => {
    await userEvent.hover(find('.buttons'));
    await press('{Shift>}{ArrowLeft}{/Shift}');
    expect(find('.times').textContent).toContain('Values at 9 Mar 2026, 19:5');
    expect(find('.cursor')).not.toBeNull();
  });

  it('offer each finding as a button', async () => {
    await page.getByRole('button', { name: 'Finding 1, 9 Mar 2026, 18:00 – 19:00 UTC, severity high' }).click();
    expect(onselectfinding).toHaveBeenCalledExactlyOnceWith('step');
  });

  it('move the range with the handles and the window below', async () => {
    const track = find('.track');
    const at = (share: number) => ({ x: share * track.clientWidth, y: 20 });
    const handle = find('.handle.from');
    await userEvent.dragAndDrop(handle, track, {
      sourcePosition: { x: handle.clientWidth - 1, y: 20 },
      targetPosition: at(0.5)
    });
    await nextFrame();
    expectLastRange(0.5, 1);
    await userEvent.dragAndDrop(track, track, { sourcePosition: at(0.75), targetPosition: at(0.55) });
    await nextFrame();
    expectLastRange(0.3, 0.8);
    await userEvent.click(track, { position: at(0.1) });
    await nextFrame();
    expectLastRange(0, 0.5);
    find('.handle.to').focus();
    await userEvent.keyboard('{PageDown}');
    await nextFrame();
    expectLastRange(0, 0.4);
  });

  it('draw in the colours of another theme', async () => {
    expect(darkestAt(canvases()[1]!, 0.3)).toBeLessThan(60);
    document.documentElement.dataset.theme = 'dark';
    await nextFrame();
    await nextFrame();
    expect(canvases()).toHaveLength(4);
    const { data } = canvases()[1]!.getContext('2d')!.getImageData(0, 0, canvases()[1]!.width, canvases()[1]!.height);
    // Light ink (#e6e6e6) and nothing of the day's dark one.
    let lightest = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3]! > 250) lightest = Math.max(lightest, data[i]!);
    expect(lightest).toBeGreaterThan(220);
    expect(darkestAt(canvases()[1]!, 0.3)).toBeGreaterThan(60);
  });

  it('fit a narrower page', async () => {
    target.style.width = '360px';
    await vi.waitFor(() => expect(canvases()[0]!.getBoundingClientRect().width).toBeLessThanOrEqual(360));
    expect(target.scrollWidth).toBeLessThanOrEqual(360);
  });

  it('leave nothing behind', async () => {
    await unmount(charts!);
    charts = undefined;
    expect(document.querySelectorAll('canvas, .uplot')).toHaveLength(0);

    const kept = new Set<string>();
    const targets = [window, document, MediaQueryList.prototype] as EventTarget[];
    const spies = targets.map((each) => vi.spyOn(each, 'addEventListener'));
    const removals = targets.map((each) => vi.spyOn(each, 'removeEventListener'));
    open();
    await nextFrame();
    await unmount(charts!);
    charts = undefined;
    spies.forEach((spy, i) => {
      for (const [type, listener, options] of spy.mock.calls) {
        const isAborted = typeof options === 'object' && options.signal?.aborted;
        const isRemoved = removals[i]!.mock.calls.some((call) => call[0] === type && call[1] === listener);
        if (!isAborted && !isRemoved) kept.add(type);
      }
    });
    [...spies, ...removals].forEach((spy) => spy.mockRestore());
    expect([...kept]).toEqual([]);

    const read = vi.spyOn(window, 'getComputedStyle');
    document.documentElement.dataset.theme = 'outdoor';
    await nextFrame();
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  it('take new slices of 10 channels with 2,000 points', async ({ annotate }) => {
    const slices = [0, 1].map((i) => sliceOf(fullFromMs + i, fullToMs, 2000, 10));
    answers.set(slices[0]!);
    flushSync();
    await nextFrame();
    const rounds = 40;
    let busyMs = 0;
    const startMs = performance.now();
    for (let i = 1; i <= rounds; i++) {
      const beginMs = performance.now();
      answers.set(slices[i % 2]!);
      flushSync();
      // uPlot draws in a microtask of the same task.
      await Promise.resolve();
      await Promise.resolve();
      busyMs += performance.now() - beginMs;
      await nextFrame();
    }
    const frameMs = (performance.now() - startMs) / rounds;
    await annotate(`new slice: ${(busyMs / rounds).toFixed(1)} ms of script, ${frameMs.toFixed(1)} ms a frame`);
    expect(canvases()).toHaveLength(12);
    expect(darkestAt(canvases()[9]!, 0.3)).toBeLessThan(60);
  });
});
