/** Tells whether somebody's hand or focus is in an element, so that nothing moves there meanwhile. A scroll counts as a hand for a while. */

const scrollMs = 2000;

/** Watches an element; `tell` is called with each change. Returns how to stop, after telling that nobody is there. */
export function watchUse(host: HTMLElement, tell: (isUsed: boolean) => void): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  let hasPointer = false;
  let hasFocus = false;
  let scrollTimer = 0;
  const say = () => tell(hasPointer || hasFocus || scrollTimer !== 0);
  const set = (change: () => void) => () => {
    change();
    say();
  };
  const noteScroll = () => {
    clearTimeout(scrollTimer);
    scrollTimer = window.setTimeout(
      set(() => (scrollTimer = 0)),
      scrollMs
    );
    say();
  };
  host.addEventListener(
    'pointerenter',
    set(() => (hasPointer = true)),
    { signal }
  );
  host.addEventListener(
    'pointerleave',
    set(() => (hasPointer = false)),
    { signal }
  );
  host.addEventListener(
    'focusin',
    set(() => (hasFocus = true)),
    { signal }
  );
  host.addEventListener(
    'focusout',
    set(() => (hasFocus = false)),
    { signal }
  );
  addEventListener('scroll', noteScroll, { signal, passive: true });
  return () => {
    stopping.abort();
    clearTimeout(scrollTimer);
    tell(false);
  };
}
