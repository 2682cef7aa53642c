/** Which group each pump belongs to: by it the backend knows who sees the pump. */
import type { AssetCard, OperationDraft } from '../domain/operation';
import type { Result } from '../domain/result';
import { app } from './app.svelte';
import { commit } from './commit';
import { listCards } from './pump-cards';
import { Query } from './query.svelte';

export class PumpGroups {
  readonly query = new Query<AssetCard[]>();

  show(): void {
    this.query.ask(async () => {
      const ledger = await app.loadLedger();
      const cards = await ledger.entities({ kind: 'asset', limit: Infinity });
      return listCards(cards, await app.records.assets());
    });
  }

  stop(): void {
    this.query.stop();
  }

  /** The empty group is everybody's. */
  put(card: AssetCard, group: string): Promise<Result<null>> {
    const { id } = card;
    const draft: OperationDraft = { kind: 'asset', id, assetId: id, body: { ...card, group } };
    return commit(app.loadLedger, [draft], app.session.actor);
  }
}
