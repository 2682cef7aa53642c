import { test } from 'vitest';
import { openGpu } from '$lib/lstm/webgpu/device';
import { createGpuScorer } from '$lib/lstm/webgpu/scorer';
import { drawCase } from '../../support/lstm-cases';
test('time', async () => {
  const context = await openGpu(navigator.gpu);
  const shape = { steps: 30, channels: 10, encoder: [64], latent: null, decoder: [64] };
  const drawn = drawCase(shape, 64, 1);
  const out = [];
  for (const variant of [{ kind: 'tile', windows: 8, perThread: 8 }, { kind: 'tile', windows: 4, perThread: 4 }] as const) {
    const scorer = await createGpuScorer(context, shape, drawn.parameters, { key: '', f16: false, choices: [{ from: 1, variant }], times: [] });
    const times = [];
    for (let i = 0; i < 40; i++) {
      const t = performance.now();
      await scorer.score(drawn.series, drawn.starts, 'mae');
      times.push(performance.now() - t);
    }
    times.sort((a, b) => a - b);
    out.push([variant.windows, times[0]!.toFixed(2), times[10]!.toFixed(2), times[20]!.toFixed(2)].join(' '));
  }
  console.log('TIMES ' + out.join(' | '));
});
