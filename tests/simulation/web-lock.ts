/** A lock as browsers give it to the tabs of one device: in turn, and free again when its holder is gone. */

export interface WebLock {
  /** Runs the work when it is the tab's turn. */
  request<T>(tab: object, work: () => Promise<T>): Promise<T>;
  /** The tab is gone, with all that it held or waited for. */
  letGo(tab: object): void;
}

export function createWebLock(): WebLock {
  let queue: { tab: object; begin: () => void }[] = [];

  /** Takes out what is not wanted any more; whoever comes first then begins. */
  function keepOnly(isKept: (entry: { tab: object; begin: () => void }) => boolean): void {
    const [held] = queue;
    queue = queue.filter(isKept);
    if (queue[0] !== held) queue[0]?.begin();
  }

  return {
    request: (tab, work) =>
      new Promise((resolve, reject) => {
        const begin = () => {
          void work()
            .then(resolve, reject)
            .finally(() => keepOnly((other) => other !== entry));
        };
        const entry = { tab, begin };
        queue.push(entry);
        if (queue[0] === entry) begin();
      }),
    letGo: (tab) => keepOnly((entry) => entry.tab !== tab)
  };
}
