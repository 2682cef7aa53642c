/**
 * What hands do on the stack of charts, as shares of its plotting width (0 … 1): hover, tap, drag to select, pinch,
 * Ctrl + wheel to zoom, sideways wheel to pan. One finger up or down and a plain wheel stay with the page, so that a
 * long stack scrolls. Knows nothing of time.
 */
export interface GestureHandlers {
  /** Where a mouse points, null when it leaves. */
  hover(share: number | null): void;
  tap(share: number): void;
  /** While a selection is drawn, null when it is given up. */
  selecting(span: [number, number] | null): void;
  selected(span: [number, number]): void;
  /** Two fingers moved from `before` to `now`. */
  pinch(before: [number, number], now: [number, number]): void;
  zoom(factor: number, share: number): void;
  pan(share: number): void;
}

/** Movement in CSS pixels below which a press is a tap. */
const slackPx = 6;

/** Listens on `element`, whose plotting area leaves the margins free; returns what ends it. */
export function watchGestures(
  element: HTMLElement,
  margins: () => { leftPx: number; rightPx: number },
  handlers: GestureHandlers
): () => void {
  const ended = new AbortController();
  const pressed = new Map<number, number>();
  let startX = 0;
  let mode: 'idle' | 'press' | 'select' | 'pinch' = 'idle';

  const shareOf = (clientX: number) => {
    const { left, width } = element.getBoundingClientRect();
    const { leftPx, rightPx } = margins();
    return Math.min(Math.max((clientX - left - leftPx) / Math.max(width - leftPx - rightPx, 1), 0), 1);
  };
  const selection = (x: number): [number, number] => {
    const [a, b] = [shareOf(startX), shareOf(x)];
    return a < b ? [a, b] : [b, a];
  };
  const fingers = () => [...pressed.values()].slice(0, 2).map(shareOf) as [number, number];
  const giveUp = () => {
    handlers.selecting(null);
    pressed.clear();
    mode = 'idle';
  };

  const on = <K extends keyof HTMLElementEventMap>(type: K, handle: (event: HTMLElementEventMap[K]) => void) =>
    element.addEventListener(type, handle, { signal: ended.signal, passive: type !== 'wheel' });

  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, event.clientX);
    if (pressed.size === 1) {
      startX = event.clientX;
      mode = 'press';
    } else {
      handlers.selecting(null);
      mode = 'pinch';
    }
  });
  on('pointermove', (event) => {
    if (!pressed.has(event.pointerId)) {
      if (event.pointerType === 'mouse') handlers.hover(shareOf(event.clientX));
      return;
    }
    const before = mode === 'pinch' ? fingers() : null;
    pressed.set(event.pointerId, event.clientX);
    if (before) {
      if (pressed.size > 1) handlers.pinch(before, fingers());
      return;
    }
    if (Math.abs(event.clientX - startX) > slackPx) mode = 'select';
    if (mode === 'select') handlers.selecting(selection(event.clientX));
  });
  on('pointerup', (event) => {
    if (!pressed.delete(event.pointerId)) return;
    if (mode === 'press') handlers.tap(shareOf(event.clientX));
    if (mode === 'select') {
      handlers.selecting(null);
      handlers.selected(selection(event.clientX));
    }
    if (pressed.size === 0) mode = 'idle';
  });
  on('pointercancel', giveUp);
  on('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && pressed.size === 0) handlers.hover(null);
  });
  on('wheel', (event) => {
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey) {
      handlers.zoom(Math.exp(Math.min(Math.max(event.deltaY, -100), 100) * 0.004), shareOf(event.clientX));
    } else if (isSideways) {
      handlers.pan((event.deltaX || event.deltaY) / element.clientWidth);
    } else return;
    event.preventDefault();
  });

  return () => ended.abort();
}
