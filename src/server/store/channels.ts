/** Who listens to which channel of the database, apart from how notifications come. */
export interface Channels {
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

type Callbacks = Map<string, Set<(payload: string) => void>>;

/** A register of callbacks; `turn` tells the database that a channel has its first listener, or lost its last. */
export function createRegister(turn: (statement: 'LISTEN' | 'UNLISTEN', channel: string) => Promise<void>) {
  const callbacks: Callbacks = new Map();
  return {
    names: (): string[] => [...callbacks.keys()],
    deliver(channel: string, payload: string): void {
      for (const onPayload of [...(callbacks.get(channel) ?? [])]) onPayload(payload);
    },
    /** Notifications may have been missed: everybody is poked once. */
    pokeAll(): void {
      for (const channel of [...callbacks.keys()]) this.deliver(channel, '');
    },
    async listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>> {
      // The name becomes part of a statement, which takes no parameter there.
      if (!/^[a-z][a-z_]{0,62}$/.test(channel)) throw new Error(`Channel "${channel}", expected a-z and _.`);
      // The same function may listen twice.
      const own = (payload: string): void => onPayload(payload);
      const known = callbacks.get(channel) ?? new Set();
      callbacks.set(channel, known.add(own));
      await turn('LISTEN', channel);
      return async () => {
        known.delete(own);
        if (known.size > 0 || callbacks.get(channel) !== known) return;
        callbacks.delete(channel);
        await turn('UNLISTEN', channel);
      };
    }
  };
}
