/**
 * Parameters that are all 16-bit floats. Whoever wants 16-bit weights rounds a model's parameters once and keeps nothing else of
 * them: then every engine computes with the same numbers, and one that stores them in 16 bits loses nothing.
 */

const largest = 65504;
/** Smaller numbers have fewer digits, and a GPU may take them for zero. */
const smallest = 2 ** -14;

/** The nearest 16-bit floats, ties to even. What is too large becomes the largest one, what is below 2⁻¹⁴ zero; NaN stays. */
export function roundToHalf(parameters: Float32Array): Float32Array<ArrayBuffer> {
  const rounded = new Float32Array(parameters).map((value) =>
    Math.abs(value) < smallest ? 0 : Math.max(-largest, Math.min(largest, value))
  );
  // A single-precision number with 13 digits fewer: half of the last one left is added, a tie only to an odd one.
  const bits = new Uint32Array(rounded.buffer);
  bits.forEach((pattern, i) => (bits[i] = (pattern + 0xfff + ((pattern >>> 13) & 1)) & ~0x1fff));
  return rounded;
}

/** Whether 16 bits hold every one of them exactly. */
export function isHalf(parameters: Float32Array): boolean {
  return roundToHalf(parameters).every((value, i) => value === parameters[i]);
}
