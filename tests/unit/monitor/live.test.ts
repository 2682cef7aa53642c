/** Many assets together: each gets what it would have got alone, in whatever company and portions it comes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Quality, type ReadingBlock } from '$lib/domain/reading-block';
import { createLiveMonitor, scoreStretch, type Advance, type LiveModel } from '$lib/monitor/live';
import { createMonitor } from '$lib/monitor/monitor';
import type { QualityJudge } from '$lib/prepare/quality/judge';
import { learnLevelModel, levelRecipe as recipe } from '../../support/level-model';
import { cutReadings, makeReadings } from '../../support/pump-readings';

const believing: QualityJudge = { judge: (block) => block, health: () => [], operating: () => [] };

async function learn(): Promise<LiveModel> {
  const { artifact, detector } = await learnLevelModel(makeReadings(300));
  return { manifest: artifact.manifest, detector };
}

const recordings = [
  makeReadings(300, { faultRow: 200, seed: 1 }),
  makeReadings(300, { gapRow: 150, seed: 2 }),
  makeReadings(300, { holeRow: 120, faultRow: 260, seed: 3 })
].map((block, i): ReadingBlock => ({ ...block, assetId: `p${i}` }));

const failing = (error: unknown) => {
  throw error;
};

describe('the flow of many assets', () => {
  test('each gets what it gets alone, whatever the portions', async () => {
    const model = await learn();
    const alone = await Promise.all(
      recordings.map(async (block) => {
        const monitor = createMonitor({ assetId: block.assetId, ...model });
        const { scores } = await monitor.push(block);
        return { scores: Array.from(scores.score), findings: monitor.findings(), state: monitor.state() };
      })
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 3 }), async (sizes) => {
        const monitor = createLiveMonitor(failing);
        for (const { assetId } of recordings) monitor.add(assetId, believing, model, null);
        const queues = recordings.map((block, i) => cutReadings(block, [sizes[i]!]));
        const found = recordings.map(() => [] as Advance[]);
        while (queues.some((queue) => queue.length > 0)) {
          const advances = await monitor.advance(queues.flatMap((queue) => queue.shift() ?? []));
          for (const advance of advances) found[Number(advance.assetId.slice(1))]!.push(advance);
        }
        found.forEach((advances, i) => {
          const last = advances.at(-1)!;
          const findings = new Map(advances.flatMap(({ changed }) => changed).map((finding) => [finding.id, finding]));
          expect(advances.flatMap(({ scores }) => Array.from(scores!.score))).toEqual(alone[i]!.scores);
          expect([...findings.values()]).toEqual(alone[i]!.findings);
          expect(last.state).toEqual(alone[i]!.state);
        });
      }),
      { numRuns: 15 }
    );
  });

  test('without a model an asset is kept and unknown; one never added is left out', async () => {
    const monitor = createLiveMonitor(failing);
    monitor.add('p0', believing, null, null);
    const found = await monitor.advance(recordings);
    expect(found.map(({ assetId, scores, state }) => [assetId, scores, state.reason])).toEqual([
      ['p0', null, 'no-model']
    ]);
    expect(found[0]!.readings).toBe(recordings[0]);
  });

  test('a window with a bad value has no score', async () => {
    const model = await learn();
    const judge: QualityJudge = {
      judge: (block) => ({
        ...block,
        quality: block.quality.map((codes, c) =>
          codes.map((code, row) => (c === 1 && row === 100 ? Quality.stuck : code))
        )
      }),
      health: () => [],
      operating: () => []
    };
    const monitor = createLiveMonitor(failing);
    monitor.add('p1', judge, model, null);
    const [found] = await monitor.advance([recordings[1]!]);
    const { score } = found!.scores!;
    const steps = recipe.window.steps;
    expect(score[99]).not.toBeNaN();
    for (let row = 100; row < 100 + steps; row++) expect(score[row]).toBeNaN();
    expect(score[100 + steps]).not.toBeNaN();
  });

  test('a detector that fails costs the scores and nothing else', async () => {
    const model = await learn();
    const failures: unknown[] = [];
    const broken = { ...model, detector: { ...model.detector, score: () => Promise.reject(new Error('lost')) } };
    const monitor = createLiveMonitor((error) => failures.push(error));
    monitor.add('p0', believing, broken, null);
    monitor.add('p1', believing, model, null);
    const found = await monitor.advance(recordings.slice(0, 2));
    expect(failures.length).toBe(1);
    expect(found[0]!.state).toMatchObject({ condition: 'unknown', reason: 'no-score' });
    expect(found[0]!.readings).toBe(recordings[0]);
    expect(found[1]!.scores!.score.some((score) => !Number.isNaN(score))).toBe(true);
  });

  test('a finding that was open goes on, under its own id, and ends', async () => {
    const model = await learn();
    const [recording] = recordings;
    const [before, after] = cutReadings(recording!, [230, 70]);
    const monitor = createMonitor({ assetId: 'p0', ...model });
    await monitor.push(before!);
    const { finding } = monitor.state();
    const resumed = createLiveMonitor(failing);
    resumed.add('p0', believing, model, finding);
    expect((await resumed.advance([after!]))[0]!.state.finding).toMatchObject({
      id: finding!.id,
      startMs: finding!.startMs
    });
    const healthy = { ...makeReadings(200), assetId: 'p0' };
    healthy.t = healthy.t.map((tMs) => tMs + 400_000);
    const [ended] = await resumed.advance([healthy]);
    expect(ended!.changed).toMatchObject([{ id: finding!.id, contributions: [{ channel: 'pressure' }, {}, {}] }]);
    expect(ended!.changed[0]!.endMs).not.toBeNull();
  });

  test('scoring a stretch anew gives its rows what they got at first', async () => {
    const model = await learn();
    const [recording] = recordings;
    const { scores } = await createMonitor({ assetId: 'p0', ...model }).push(recording!);
    const blocks = cutReadings(recording!, [90]);
    const [fromMs, toMs] = [recording!.t[210]!, recording!.t[240]!];
    const again = await scoreStretch('p0', model, blocks.slice(1), fromMs, toMs);
    expect(again!.t).toEqual(recording!.t.slice(210, 241));
    expect(again!.score).toEqual(scores.score.slice(210, 241));
    expect(await scoreStretch('p0', model, blocks, toMs + 1e9, toMs + 2e9)).toBeNull();
  });
});
