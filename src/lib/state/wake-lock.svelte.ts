/**
 * Keeps the screen on while somebody watches a pump. The browser lets go of the lock whenever the page is hidden, so it is asked for again
 * each time the page comes back. It must not know why the screen is to stay on.
 */
export class WakeLock {
  readonly isSupported = 'wakeLock' in navigator;
  /** What the person wants. */
  isWanted = $state(true);
  /** What the browser does. It may refuse, for a battery that is low. */
  isHeld = $state(false);
  #isOpen = false;
  #lock: WakeLockSentinel | null = null;
  readonly #renew = () => void this.#apply();

  /** Begins to keep the screen on, as far as it is wanted. */
  open(): void {
    this.#isOpen = true;
    document.addEventListener('visibilitychange', this.#renew);
    void this.#apply();
  }

  set(isWanted: boolean): void {
    this.isWanted = isWanted;
    void this.#apply();
  }

  close(): void {
    this.#isOpen = false;
    document.removeEventListener('visibilitychange', this.#renew);
    void this.#apply();
  }

  async #apply(): Promise<void> {
    if (!this.isSupported) return;
    const isDue = () => this.#isOpen && this.isWanted;
    if (!isDue()) {
      await this.#lock?.release();
      return;
    }
    if (this.#lock || document.hidden) return;
    let lock: WakeLockSentinel;
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      return; // refused: `isHeld` stays false, and the page says so
    }
    this.#lock = lock;
    this.isHeld = true;
    lock.addEventListener('release', () => {
      if (this.#lock !== lock) return;
      this.#lock = null;
      this.isHeld = false;
    });
    // The answer may come after the person has changed their mind.
    if (!isDue()) await lock.release();
  }
}
