import { describe, expect, it } from 'vitest';
import { simulate } from '../../simulation/simulate';

describe('simulation of devices and backend', () => {
  it('keeps every promise over 300 seeds', async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= 300; seed++) {
      const run = await simulate(seed);
      if (run.broken.length > 0) broken.push(`npm run sim -- --seed ${seed}: ${run.broken[0]}`);
    }
    expect(broken).toEqual([]);
  }, 300_000);

  it('is the same run for the same seed', async () => {
    expect(await simulate(7)).toEqual(await simulate(7));
  });
});
