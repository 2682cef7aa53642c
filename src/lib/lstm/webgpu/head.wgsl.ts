/**
 * The dense head on every step, the loss of each window, and where a gradient is wanted the slope of the loss by the
 * reconstruction and by the last decoder's hidden states. One workgroup takes one window, so that a window's loss does not
 * depend on its company.
 */
import type { ErrorKind } from '../engine';
import type { AutoencoderShape, DenseLayer } from '../shape';
import { createKernel, readF32, readI32, unroll, writeF32 } from './kernel.wgsl';

const threads = 64;
/** Of the 16 KiB of workgroup memory every device has; the rest stays free for more workgroups at a time. */
const slopesHeld = 1024;

/** Reads hidden states `[rows, steps, units]`, writes `windowLoss` at the window's place in the batch: Σ over steps and channels. */
export function createHeadKernel({ steps, channels }: AutoencoderShape, layer: DenseLayer, kind: ErrorKind) {
  const { inputs, kernel, bias } = layer;
  const quads = Math.ceil(steps / 4);
  const block = Math.max(1, Math.min(quads, Math.floor(slopesHeld / (4 * channels))));
  return createKernel(
    'head',
    {
      parameters: readF32,
      hidden: readF32,
      series: readF32,
      starts: readI32,
      windowLoss: writeF32,
      dReconstruction: writeF32,
      dHidden: writeF32
    },
    `
// A vector holds four steps of one channel.
var<workgroup> slopes : array<vec4<f32>, ${block * channels}>;
var<workgroup> losses : array<f32, ${threads}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) thread : u32) {
  let window = group.x;
  let origin = u32(starts[step.first + window]);
  var loss = 0.0;
  for (var quad = 0u; quad < ${quads}u; quad += ${block}u) {
    let taken = min(${block}u, ${quads}u - quad);
    for (var i = thread; i < taken * ${channels}u; i += ${threads}u) {
      let t = 4u * (quad + i / ${channels}u);
      let c = i % ${channels}u;
      ${unroll(4, (r) => `let row${r} = window * ${steps}u + min(t + ${r}u, ${steps - 1}u);`)}
      var y = vec4<f32>(parameters[${bias}u + c]);
      for (var k = 0u; k < ${inputs}u; k++) {
        let h = vec4<f32>(${[0, 1, 2, 3].map((r) => `hidden[row${r} * ${inputs}u + k]`).join(', ')});
        y = fma(h, vec4<f32>(parameters[${kernel}u + k * ${channels}u + c]), y);
      }
      var slope = vec4<f32>();
      ${unroll(
        4,
        (r) => `if (t + ${r}u < ${steps}u) {
        let residual = y[${r}] - series[(origin + t + ${r}u) * ${channels}u + c];
        loss += ${kind === 'mae' ? 'abs(residual)' : 'residual * residual'};
        slope[${r}] = step.lossScale * ${kind === 'mae' ? 'sign(residual)' : '2.0 * residual'};
        dReconstruction[row${r} * ${channels}u + c] = slope[${r}];
      }`
      )}
      slopes[i] = slope;
    }
    workgroupBarrier();
    for (var i = thread; i < taken * ${inputs}u; i += ${threads}u) {
      let at = i / ${inputs}u * ${channels}u;
      let t = 4u * (quad + i / ${inputs}u);
      let k = i % ${inputs}u;
      var slope = vec4<f32>();
      for (var c = 0u; c < ${channels}u; c++) {
        slope = fma(slopes[at + c], vec4<f32>(parameters[${kernel}u + k * ${channels}u + c]), slope);
      }
      ${unroll(4, (r) => `if (t + ${r}u < ${steps}u) { dHidden[(window * ${steps}u + t + ${r}u) * ${inputs}u + k] = slope[${r}]; }`)}
    }
    workgroupBarrier();
  }
  losses[thread] = loss;
  workgroupBarrier();
  if (thread == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < ${threads}u; i++) { sum += losses[i]; }
    windowLoss[step.base + window] = sum;
  }
}`
  );
}
