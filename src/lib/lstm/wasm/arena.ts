/** A memory laid out once: what a pass needs is known from the shape, so nothing is freed, and nothing grows while it runs. */

/** Hands out addresses; `open` makes the memory that holds them all, zeroed. */
export interface Arena {
  /** Bytes for `count` floats, on a cache line of its own. */
  floats(count: number): number;
  open(): WebAssembly.Memory;
}

const line = 64;
const page = 65536;

/** Creates an empty arena. Address 0 is nobody's: kernels read it as "none". */
export function createArena(): Arena {
  let end = line;
  return {
    floats(count) {
      const at = end;
      // One line more: a vector load may look beyond the last float.
      end += Math.ceil((4 * count) / line) * line + line;
      return at;
    },
    open: () => new WebAssembly.Memory({ initial: Math.ceil(end / page) })
  };
}
