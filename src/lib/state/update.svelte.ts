/**
 * A new version of the app: noticed, announced, and taken only when the person says so. Holds the service worker's
 * registration; knows nothing of what the app does.
 */
import { Workbox } from 'workbox-window';

const hourMs = 3_600_000;

/** Whether a new version waits, and the way to take it. One instance, made by the root layout. */
export class AppUpdate {
  /** True when a new version is installed and the page must reload to show it. */
  isReady = $state(false);

  readonly #mayReload: () => boolean;
  #workbox: Workbox | undefined;
  #isAccepted = false;

  /** `mayReload` tells whether this tab may reload unasked after another tab has accepted, e.g. that no training runs. */
  constructor(mayReload: () => boolean = () => true) {
    this.#mayReload = mayReload;
  }

  /** Registers the service worker and looks for a new version hourly and whenever the page is shown. Returns the way to stop looking. */
  start(): () => void {
    // The development server has no service worker.
    if (import.meta.env.DEV || !('serviceWorker' in navigator)) return () => {};
    const workbox = new Workbox('/service-worker.js', { type: 'module', updateViaCache: 'none' });
    this.#workbox = workbox;
    // The first controller of a page is its installation, not an update.
    let isControlled = navigator.serviceWorker.controller !== null;
    workbox.addEventListener('waiting', () => (this.isReady = true));
    workbox.addEventListener('controlling', () => {
      if (isControlled) this.#changeOver();
      isControlled = true;
    });

    // Without a network neither can succeed, and the next try is due anyway.
    const look = () => void workbox.update().catch(() => {});
    const lookWhenShown = () => document.visibilityState === 'visible' && look();
    void workbox.register().catch(() => {});
    const timer = setInterval(look, hourMs);
    document.addEventListener('visibilitychange', lookWhenShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', lookWhenShown);
    };
  }

  /** Takes the new version: it becomes active in all tabs, and this one reloads. */
  accept(): void {
    this.#isAccepted = true;
    void navigator.serviceWorker.getRegistration().then((registration) => {
      // Nothing waits when another tab has already accepted; then only the reload is missing.
      if (registration?.waiting) this.#workbox?.messageSkipWaiting();
      else location.reload();
    });
  }

  #changeOver(): void {
    if (this.#isAccepted || this.#mayReload()) location.reload();
    else this.isReady = true;
  }
}
