import { expect, it } from 'vitest';
import { simulate } from '../../simulation/simulate';

it('keeps every promise over the first seeds of the simulation', async () => {
  for (let seed = 1; seed <= 25; seed++) expect((await simulate(seed)).broken, `seed ${seed}`).toEqual([]);
});
