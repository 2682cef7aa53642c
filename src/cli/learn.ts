/** Trains a model on a recording as the page does, and says so on standard error. */
import { randomUUID } from 'node:crypto';
import type { Channel } from '../lib/domain/channel';
import type { DetectorFamily } from '../lib/domain/ports';
import type { ReadingBlock } from '../lib/domain/reading-block';
import type { Recipe } from '../lib/domain/recipe';
import { hashBytes } from '../lib/models/hash';
import { learnModel, type LearnedModel } from '../lib/monitor/learn';
import type { TimeRange } from '../lib/prepare/blocks';
import { codeVersion } from '../server/code-version.mjs';
import { InputError } from './usage';

export interface LearnJob {
  name: string;
  id?: string;
  blocks: ReadingBlock[];
  channels: Channel[];
  recipe: Recipe;
  range: TimeRange;
  family: DetectorFamily;
  /** Told once an epoch; standard error when left out. */
  say?: (line: string) => void;
}

const toStandardError = (line: string) => void process.stderr.write(`${line}\n`);

/** Trains on the range; labels and ignored channels never reach it. */
export async function learn(job: LearnJob): Promise<LearnedModel> {
  const { blocks, recipe, range, family, say = toStandardError } = job;
  const channels = job.channels.filter(({ role }) => role === 'reading').map(({ name, unit }) => ({ name, unit }));
  const learned = await learnModel({
    blocks,
    channels,
    recipe,
    range,
    family,
    stamp: {
      id: job.id ?? randomUUID(),
      assetName: job.name,
      createdMs: Date.now(),
      codeVersion: codeVersion()
    },
    hash: hashBytes,
    nowMs: () => performance.now(),
    onEpoch: ({ epoch, loss, validationLoss }) =>
      say(
        `epoch ${epoch} of at most ${recipe.train.maxEpochs}: loss ${loss.toFixed(4)}, validation ${validationLoss.toFixed(4)}`
      )
  });
  if (!learned.ok) throw new InputError(learned.fault);
  return learned.value;
}
