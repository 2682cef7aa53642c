/** What the backend has refused and a person has to decide. */
import type { Conflict } from '../domain/operation';
import type { Result } from '../domain/result';
import { app } from './app.svelte';
import { Query, told } from './query.svelte';

export class Conflicts {
  readonly query = new Query<Conflict[]>();

  show(): void {
    this.query.ask(async () => (await app.loadLedger()).conflicts());
  }

  stop(): void {
    this.query.stop();
  }

  /** `mine` asks for it again on top of what is there now, `theirs` lets it go. */
  resolve(opId: string, choice: 'mine' | 'theirs'): Promise<Result<void>> {
    return told(async () => (await app.loadLedger()).resolve(opId, choice, app.session.actor));
  }
}
