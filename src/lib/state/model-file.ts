/** A trained model as one file that can be handed over without a network. */
import type { ModelArtifact } from '../domain/manifest';

/** JSON with `manifest`, `golden` and `weights`: base64 of little-endian 32-bit floats in the order of the manifest's tensors. */
export function writeModelFile({ manifest, golden, weights }: ModelArtifact): string {
  const view = new DataView(new ArrayBuffer(weights.length * 4));
  weights.forEach((weight, i) => view.setFloat32(4 * i, weight, true));
  const text = Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join('');
  return JSON.stringify({ manifest, golden, weights: btoa(text) });
}
