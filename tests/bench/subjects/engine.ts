/** An engine of ours as a subject: windows by their starts in the series, errors back. */
import { beginTraining, type LstmEngine } from '$lib/lstm/engine';
import { rule, shape, type BenchCase } from '../case';
import type { Subject } from '../subject';

/** Prepares `engine`, which the subject then owns. */
export async function prepareEngine(engine: LstmEngine, { parameters, series, starts }: BenchCase): Promise<Subject> {
  const scorer = await engine.createScorer(shape, parameters);
  const trainer = await engine.createTrainer(shape, beginTraining(parameters.slice()), rule);
  return {
    detail: engine.detail,
    output: 'errors',
    predict: async (batch) => {
      const { score, channelError, expected } = await scorer.score(series, starts.subarray(0, batch), 'mae');
      return [score, channelError, expected];
    },
    trainStep: async (batch) => (await trainer.fit(series, starts.subarray(0, batch), batch))[0]!,
    dispose: () => {
      scorer.dispose();
      trainer.dispose();
      engine.dispose();
    }
  };
}
