/** Adds the partial gradients of a batch in order, and where its norm is wanted the squares of the result. */
import { createKernel, mostGroups, readF32, writeF32 } from './kernel.wgsl';

const threads = 64;
/** As many as give every thread some work, or more where a dispatch would have too many workgroups. */
const countPerThread = (length: number) => Math.max(4, Math.ceil(length / (threads * mostGroups)));

/** Workgroups for a gradient of `length` numbers; one sum of squares comes from each. */
export const countSumGroups = (length: number) => Math.ceil(length / (threads * countPerThread(length)));

/** Reads `partials` `[splits, length]`, writes `gradient` `[length]` and `squares`, one per workgroup. */
export function createGradientSumKernel(length: number, hasNorm: boolean) {
  const numbersPerThread = countPerThread(length);
  const addSquares = `
  sums[thread] = square;
  workgroupBarrier();
  if (thread == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < ${threads}u; i++) { sum += sums[i]; }
    squares[group.x] = sum;
  }`;
  return createKernel(
    'gradient sum',
    { partials: readF32, gradient: writeF32, squares: writeF32 },
    `
var<workgroup> sums : array<f32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread : u32, @builtin(workgroup_id) group : vec3<u32>) {
  let splits = (step.count + step.perSplit - 1u) / step.perSplit;
  var square = 0.0;
  for (var i = 0u; i < ${numbersPerThread}u; i++) {
    let at = (group.x * ${numbersPerThread}u + i) * ${threads}u + thread;
    if (at < ${length}u) {
      var slope = 0.0;
      for (var s = 0u; s < splits; s++) { slope += partials[s * ${length}u + at]; }
      gradient[at] = slope;
      square = fma(slope, slope, square);
    }
  }
  ${hasNorm ? addSquares : ''}
}`
  );
}
