/** A seeded source of randomness, so that a seed reproduces a training or a simulated pump bit for bit, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** Creates the generator: a Weyl counter through MurmurHash3's 32-bit finaliser; normals by Marsaglia's polar method. */
export function createRandom(seed: number): Random {
  let counter = seed >>> 0;
  let spare = NaN;

  function uniform(): number {
    counter = (counter + 0x9e3779b9) >>> 0;
    let hash = counter;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  }

  function normal(): number {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = NaN;
      return value;
    }
    let u = 0;
    let v = 0;
    let s = 0;
    while (s === 0 || s >= 1) {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    }
    const radius = Math.sqrt((-2 * Math.log(s)) / s);
    spare = v * radius;
    return u * radius;
  }

  return { uniform, normal };
}

/** The indices 0 … count−1 in random order (Fisher and Yates). */
export function shuffledIndices(count: number, random: Random): Int32Array {
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const pick = Math.floor(random.uniform() * (last + 1));
    [indices[last], indices[pick]] = [indices[pick]!, indices[last]!];
  }
  return indices;
}
