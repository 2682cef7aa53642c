import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchGestures } from '$lib/ui/chart/gestures';

const handlers = {
  hover: vi.fn(),
  tap: vi.fn(),
  selecting: vi.fn(),
  selected: vi.fn(),
  pinch: vi.fn(),
  zoom: vi.fn(),
  pan: vi.fn()
};
let element: HTMLElement;
let stop: () => void;

beforeEach(() => {
  element = document.body.appendChild(document.createElement('div'));
  // 100 px of margin on the left, 1000 px of plot.
  element.style.cssText = 'position: absolute; left: 0; top: 0; width: 1100px; height: 50px';
  // Only a real pointer can be captured.
  element.setPointerCapture = () => undefined;
  stop = watchGestures(element, () => ({ leftPx: 100, rightPx: 0 }), handlers);
});
afterEach(() => {
  stop();
  element.remove();
  vi.clearAllMocks();
});

function touch(type: string, pointerId: number, clientX: number, pointerType = 'touch') {
  element.dispatchEvent(new PointerEvent(type, { pointerId, clientX, pointerType, bubbles: true }));
}

describe('gestures on the charts', () => {
  it('pinch with two fingers, each move from where they were', () => {
    touch('pointerdown', 1, 400);
    touch('pointerdown', 2, 600);
    touch('pointermove', 1, 350);
    touch('pointermove', 2, 700);
    expect(handlers.pinch.mock.calls).toEqual([
      [
        [0.3, 0.5],
        [0.25, 0.5]
      ],
      [
        [0.25, 0.5],
        [0.25, 0.6]
      ]
    ]);
    touch('pointerup', 1, 350);
    touch('pointermove', 2, 900);
    touch('pointerup', 2, 900);
    expect(handlers.pinch).toHaveBeenCalledTimes(2);
    expect(handlers.selected).not.toHaveBeenCalled();
    expect(handlers.tap).not.toHaveBeenCalled();
  });

  it('select with one finger in either direction, inside the plot', () => {
    touch('pointerdown', 1, 600);
    touch('pointermove', 1, 20);
    touch('pointerup', 1, 20);
    expect(handlers.selected).toHaveBeenCalledExactlyOnceWith([0, 0.5]);
    expect(handlers.selecting.mock.lastCall).toEqual([null]);
  });

  it('take a press that hardly moves as a tap', () => {
    touch('pointerdown', 1, 350);
    touch('pointermove', 1, 353);
    touch('pointerup', 1, 353);
    expect(handlers.tap).toHaveBeenCalledExactlyOnceWith(0.253);
    expect(handlers.selected).not.toHaveBeenCalled();
  });

  it('give up when the page takes the finger to scroll', () => {
    touch('pointerdown', 1, 350);
    touch('pointermove', 1, 380);
    touch('pointercancel', 1, 380);
    touch('pointerup', 1, 500);
    expect(handlers.selecting.mock.lastCall).toEqual([null]);
    expect(handlers.selected).not.toHaveBeenCalled();
    expect(handlers.tap).not.toHaveBeenCalled();
  });

  it('hover with a mouse only', () => {
    touch('pointermove', 1, 600);
    expect(handlers.hover).not.toHaveBeenCalled();
    touch('pointermove', 1, 600, 'mouse');
    touch('pointerleave', 1, 600, 'mouse');
    expect(handlers.hover.mock.calls).toEqual([[0.5], [null]]);
  });

  it('pan with a sideways wheel', () => {
    element.dispatchEvent(new WheelEvent('wheel', { deltaX: 110, deltaY: 3, cancelable: true }));
    expect(handlers.pan).toHaveBeenCalledExactlyOnceWith(0.1);
  });

  it('hear nothing once ended', () => {
    stop();
    touch('pointerdown', 1, 350);
    touch('pointerup', 1, 350);
    expect(handlers.tap).not.toHaveBeenCalled();
  });
});
