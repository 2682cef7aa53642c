/** Frames made wrong in the ways that lines and gateways make them wrong: bytes changed, lost, doubled, swapped, cut off. */
import type { Random } from '$lib/domain/random';
import type { Reading } from '$lib/domain/reading';
import { isBad, Quality } from '$lib/domain/reading-block';

/** How many frames a fuzz test tries; `FUZZ_COUNT` asks for more. */
export const fuzzCount = Number(process.env.FUZZ_COUNT ?? 20_000);

/** How long a fuzz test may take, ms. */
export const fuzzTimeoutMs = 20_000 + fuzzCount;

/** A copy of `bytes` with one to four mutations. `spice` are bytes with a meaning in the format, used half of the time. */
export function mutate(bytes: Uint8Array, spice: Uint8Array, random: Random): Uint8Array {
  let mutated = [...bytes];
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const byte = () => (spice.length > 0 && random.uniform() < 0.5 ? spice[below(spice.length)]! : below(256));
  for (let left = 1 + below(4); left > 0; left--) {
    const at = below(mutated.length + 1);
    const length = below(8);
    const kind = below(6);
    if (kind === 0) mutated[at] = byte();
    else if (kind === 1) mutated.splice(at, length);
    else if (kind === 2) mutated.splice(at, 0, ...Array.from({ length }, byte));
    else if (kind === 3) mutated.splice(at, 0, ...mutated.slice(at, at + length * 4));
    else if (kind === 4) mutated = mutated.slice(0, at);
    else mutated = [...mutated.slice(at), ...mutated.slice(0, at)];
  }
  return Uint8Array.from(mutated);
}

/** What must hold of a reading whatever it was made of; `nowMs` is when its message came. */
export function isSound({ asset, tMs, layout, values, quality }: Reading, nowMs: number): boolean {
  const isWhole = layout.names.length === values.length && layout.units.length === values.length;
  const isTimed = tMs === nowMs || (tMs >= Date.UTC(2000, 0, 1) && tMs < Date.UTC(2100, 0, 1));
  const areMarked = values.every((value, i) => {
    const code = quality?.[i] ?? Quality.good;
    const isEmpty = code === Quality.missing || code === Quality.unreadable;
    return Number.isFinite(value) ? !isEmpty : isBad(code);
  });
  return isWhole && isTimed && areMarked && asset.trim() !== '' && new Set(layout.names).size === values.length;
}
