/**
 * Clipping to a global norm, Adam, and the copies of the parameters in the order the other kernels read them, one thread a
 * parameter, or a few where there are more than a dispatch has threads. Adam after Kingma and Ba 2015, ε outside the root, after bias correction; clipping after Pascanu et al. 2013.
 */
import type { TrainingRule } from '../engine';
import { createKernel, mostGroups, readF32, readU32, writeF32 } from './kernel.wgsl';
import { noPlace } from './packing';

const adamThreads = 64;

/** Workgroups for so many parameters. */
export const countAdamGroups = (parameters: number) => Math.min(mostGroups, Math.ceil(parameters / adamThreads));

/**
 * Updates `parameters`, `firstMoment` and `secondMoment`, all flat, and the copies of the parameters in `packed` by their two
 * `places`; the first of these is also where the `gradient` lies. `squares` are `squareCount` sums whose total is its squared norm.
 */
export function createAdamKernel(parameters: number, squareCount: number, rule: TrainingRule) {
  const { beta1, beta2, epsilon, learningRate, clipNorm } = rule;
  const measureNorm = `
  var sum = 0.0;
  for (var i = thread; i < ${squareCount}u; i += ${adamThreads}u) { sum += squares[i]; }
  sums[thread] = sum;
  workgroupBarrier();
  var total = 0.0;
  for (var i = 0u; i < ${adamThreads}u; i++) { total += sums[i]; }
  let scale = ${clipNorm} / max(${clipNorm}, sqrt(total));`;
  return createKernel(
    'adam',
    {
      gradient: readF32,
      squares: readF32,
      places: readU32,
      parameters: writeF32,
      firstMoment: writeF32,
      secondMoment: writeF32,
      packed: writeF32
    },
    `
var<workgroup> sums : array<f32, ${adamThreads}>;

@compute @workgroup_size(${adamThreads})
fn main(@builtin(global_invocation_id) at : vec3<u32>, @builtin(local_invocation_index) thread : u32) {
  ${clipNorm === null ? 'let scale = 1.0;' : measureNorm}
  for (var p = at.x; p < ${parameters}u; p += ${countAdamGroups(parameters) * adamThreads}u) {
    let place = places[2u * p];
    let transposed = places[2u * p + 1u];
    let g = scale * gradient[place];
    let m = ${beta1} * firstMoment[p] + ${1 - beta1} * g;
    let v = ${beta2} * secondMoment[p] + ${1 - beta2} * g * g;
    let updated = parameters[p]
      - ${learningRate} * (m * step.firstCorrection) / (sqrt(v * step.secondCorrection) + ${epsilon});
    firstMoment[p] = m;
    secondMoment[p] = v;
    parameters[p] = updated;
    packed[place] = updated;
    if (transposed != ${noPlace}u) { packed[transposed] = updated; }
  }
}`
  );
}
