/** Mean loss of a batch from the sums of its windows, in an order that depends on nothing but their number. */
import { createKernel, readF32, writeF32 } from './kernel.wgsl';

const threads = 256;

/** Reads `windowLoss` `[count]`, writes `losses[slot]`. One workgroup. */
export function createLossKernel() {
  return createKernel(
    'loss',
    { windowLoss: readF32, losses: writeF32 },
    `
var<workgroup> sums : array<f32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread : u32) {
  var sum = 0.0;
  for (var i = thread; i < step.count; i += ${threads}u) { sum += windowLoss[i]; }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { sums[thread] += sums[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) { losses[step.slot] = sums[0] * step.lossScale; }
}`
  );
}
