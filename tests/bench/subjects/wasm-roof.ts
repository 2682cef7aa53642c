/** How many multiply-adds a second a WebAssembly engine can do when it does nothing else: independent chains in registers. */
import type { Subject } from '../subject';

/** As many sums as fit into the vector registers of an x64 engine beside the two factors, and enough to hide their latency. */
const chains = 12;
const lanes = 4;
/** About 80 ms, as long as what is compared with it, so that a busy machine interrupts both alike. */
const iterations = 40_000_000;

/** The module in text. `plain` multiplies, then adds; `relaxed` does both in one instruction. */
export function writeRoof(flavour: 'plain' | 'relaxed'): string {
  const names = Array.from({ length: chains }, (_, i) => `$s${i}`);
  const step = (s: string) =>
    flavour === 'relaxed'
      ? `(f32x4.relaxed_madd (local.get ${s}) (local.get $a) (local.get $b))`
      : `(f32x4.add (f32x4.mul (local.get ${s}) (local.get $a)) (local.get $b))`;
  return `(module (func (export "run") (param $n i32) (param $factor f32) (param $addend f32) (result f32)
    (local $a v128) (local $b v128) ${names.map((s) => `(local ${s} v128)`).join(' ')}
    (local.set $a (f32x4.splat (local.get $factor)))
    (local.set $b (f32x4.splat (local.get $addend)))
    (loop $again
      ${names.map((s) => `(local.set ${s} ${step(s)})`).join('\n      ')}
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (f32x4.extract_lane 0 ${names.map((s) => `(local.get ${s})`).reduce((sum, s) => `(f32x4.add ${sum} ${s})`)})))`;
}

/** Prepares the compiled module. */
export async function prepareRoof(bytes: BufferSource, detail: string): Promise<Subject> {
  const { instance } = await WebAssembly.instantiate(bytes);
  const run = instance.exports.run as (iterations: number, factor: number, addend: number) => number;
  return {
    detail,
    output: 'reconstruction',
    predict: async () => [],
    roof: {
      multiplyAdds: iterations * chains * lanes,
      run: async () => {
        // Converges to 1: no overflow, no subnormal numbers.
        if (!Number.isFinite(run(iterations, 0.5, 0.5))) throw new Error('the roof diverges');
      }
    },
    dispose: () => {}
  };
}
