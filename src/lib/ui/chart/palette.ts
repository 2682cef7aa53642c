/**
 * The colours and sizes of a canvas, read from the tokens in force, and a notice when they change. The only file of the
 * charts that knows a colour; the fallbacks serve a page without the tokens.
 */
export interface Palette {
  ink: string;
  inkMuted: string;
  grid: string;
  seen: string;
  expected: string;
  finding: string;
  healthy: string;
  unknown: string;
  fontPx: number;
  fontFamily: string;
  /** Width of the measured line in CSS pixels. */
  linePx: number;
}

/** Reads the tokens as they apply to `host`, which must be in the document. */
export function readPalette(host: HTMLElement): Palette {
  const probe = host.ownerDocument.createElement('span');
  host.append(probe);
  const computed = getComputedStyle(probe);
  // A canvas wants a resolved colour, a custom property may hold `var()`, `color-mix()` or `light-dark()`.
  const colour = (token: string, fallback: string) => {
    probe.style.color = `var(${token}, ${fallback})`;
    return computed.color;
  };
  const pixels = (token: string, fallback: string) => {
    probe.style.width = `var(${token}, ${fallback})`;
    return parseFloat(computed.width);
  };
  probe.style.display = 'inline-block';
  probe.style.position = 'absolute';
  const fontPx = pixels('--text-small', '15px');
  const palette: Palette = {
    ink: colour('--ink', '#1a1a1a'),
    inkMuted: colour('--ink-muted', '#505050'),
    grid: colour('--hairline', '#a6a6a6'),
    seen: colour('--line-seen', '#1a1a1a'),
    expected: colour('--line-expected', '#0b4f9e'),
    finding: colour('--band-finding', 'rgb(176 0 32 / 20%)'),
    healthy: colour('--band-healthy', 'rgb(255 255 255 / 45%)'),
    unknown: colour('--band-unknown', '#6f6f6f'),
    fontPx,
    fontFamily: computed.fontFamily,
    linePx: pixels('--line-width', '1.5px')
  };
  probe.remove();
  return palette;
}

/** Calls back when theme, contrast or forced colours change; returns what ends it. */
export function watchPalette(onchange: () => void): () => void {
  const ended = new AbortController();
  const observer = new MutationObserver(onchange);
  observer.observe(document.documentElement, { attributes: true });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', onchange, { signal: ended.signal });
  }
  return () => {
    observer.disconnect();
    ended.abort();
  };
}
