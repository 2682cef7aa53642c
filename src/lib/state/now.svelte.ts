/** The wall clock as a rune, for ages that grow on a page. */

/** Ticks once a second while the component that calls this is shown. */
export function watchNow(): { readonly ms: number } {
  let ms = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (ms = Date.now()), 1000);
    return () => clearInterval(timer);
  });
  return {
    get ms() {
      return ms;
    }
  };
}
