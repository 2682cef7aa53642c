/** What the backend has refused and a person has to decide. */
import type { Conflict } from '../domain/operation';
import { ok, type Result } from '../domain/result';
import { app } from './app.svelte';
import { Query, told } from './query.svelte';

export class Conflicts {
  readonly query = new Query<Conflict[]>();
  /** The one that could not be decided just now: what stands against it is still being read. */
  waitingId = $state<string | null>(null);

  show(): void {
    this.query.ask(async () => (await app.loadLedger()).conflicts());
  }

  stop(): void {
    this.query.stop();
  }

  /** `mine` asks for it again on top of what is there now, `theirs` lets it go. */
  async resolve(opId: string, choice: 'mine' | 'theirs'): Promise<Result<null>> {
    const resolved = await told(async () => (await app.loadLedger()).resolve(opId, choice, app.session.actor));
    if (!resolved.ok) return resolved;
    this.waitingId = resolved.value ? null : opId;
    return ok(null);
  }
}
