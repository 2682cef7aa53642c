/** How much this device keeps for us, how much it would, and whether it promised not to clear it by itself. */
export class StorageHealth {
  usedBytes = $state(NaN);
  quotaBytes = $state(NaN);
  isPersistent = $state(false);

  /** Reads the figures afresh. Where the browser does not tell, they stay NaN. */
  async refresh(): Promise<void> {
    const storage = navigator.storage as StorageManager | undefined;
    if (!storage) return; // no secure context
    const { usage, quota } = await storage.estimate();
    this.usedBytes = usage ?? NaN;
    this.quotaBytes = quota ?? NaN;
    this.isPersistent = await storage.persisted();
  }

  /** Asks the browser to keep the data for good. Must follow a person's own action. */
  async askToPersist(): Promise<void> {
    const storage = navigator.storage as StorageManager | undefined;
    if (!storage) return;
    this.isPersistent = await storage.persist();
    await this.refresh();
  }
}
