/** The cards of pumps as pages list them. */
import type { Asset } from '../domain/asset';
import type { AssetCard, Entity } from '../domain/operation';

/** Of all pumps that this device knows, by name; a pump that has no card yet is of no group. */
export function listCards(cards: readonly Entity<'asset'>[], assets: readonly Asset[]): AssetCard[] {
  const known = new Map<string, AssetCard>(assets.map(({ id, name }) => [id, { id, name, group: '' }]));
  for (const { body } of cards) if (body) known.set(body.id, body);
  return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
}
