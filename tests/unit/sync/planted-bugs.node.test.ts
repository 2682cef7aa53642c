import { describe, expect, it } from 'vitest';
import { plantedBugs } from '../../simulation/planted-bugs';
import { simulate } from '../../simulation/simulate';

describe('a planted bug is found within the 300 seeds', () => {
  it.each(Object.entries(plantedBugs))(
    '%s',
    async (_, plants) => {
      let seed = 0;
      for (let isFound = false; !isFound && seed < 300;) isFound = (await simulate(++seed, plants)).broken.length > 0;
      expect(seed).toBeLessThan(300);
    },
    60_000
  );
});
