/** A model learnt from made-up readings with the level detector, which needs no network. Says what it is: nothing is trained. */
import type { ReadingBlock } from '$lib/domain/reading-block';
import type { Recipe } from '$lib/domain/recipe';
import { learnModel, type LearnedModel } from '$lib/monitor/learn';
import pump from '../../models/recipes/pump.json';
import { createLevelFamily } from './level-family';
import { pumpChannels } from './pump-readings';

export const levelRecipe = pump as Recipe;

/** Learns from the first 200 rows; the model's id is `model`. */
export async function learnLevelModel(recording: ReadingBlock): Promise<LearnedModel> {
  const learned = await learnModel({
    blocks: [recording],
    channels: pumpChannels,
    recipe: levelRecipe,
    range: { t0Ms: recording.t[0]!, t1Ms: recording.t[199]! },
    family: createLevelFamily(),
    stamp: { id: 'model', assetName: 'pump', createdMs: 0, codeVersion: 'test' },
    hash: async () => '0'.repeat(64),
    nowMs: () => 0,
    onEpoch: () => {}
  });
  if (!learned.ok) throw new Error(learned.fault.where);
  return learned.value;
}
