/** How many multiply-adds a second a WebGPU device can do when it does nothing else: independent chains in registers of every thread. */
import type { Subject } from '../subject';

const threads = 256;
const lanes = 4;
/** Enough to hide the latency of one by the others. */
const chains = 8;
const workgroups = { software: 16, hardware: 4096 };
/** A run takes at least this, so that the submit does not count, and not much more, so that no watchdog wakes. */
const runMs = 40;
const firstIterations = 64;

const names = Array.from({ length: chains }, (_, i) => `s${i}`);
const source = `
@group(0) @binding(0) var<storage, read_write> sums : array<vec4f>;
@group(0) @binding(1) var<uniform> given : vec4f; // iterations, factor, addend
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) id : vec3u) {
  let a = vec4f(given.y);
  let b = vec4f(given.z);
  ${names.map((s, i) => `var ${s} = vec4f(f32(id.x + ${i}u));`).join('\n  ')}
  for (var i = 0u; i < u32(given.x); i++) {
    ${names.map((s) => `${s} = fma(${s}, a, b);`).join('\n    ')}
  }
  sums[id.x] = ${names.join(' + ')};
}`;

/** Prepares the probe on `device`; its length is found by trial. */
export async function prepareGpuRoof(device: GPUDevice, isSoftware: boolean): Promise<Subject> {
  const groups = isSoftware ? workgroups.software : workgroups.hardware;
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: source }) }
  });
  const bytes = 4 * lanes;
  const sums = device.createBuffer({ size: groups * threads * bytes, usage: GPUBufferUsage.STORAGE });
  const given = device.createBuffer({ size: bytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [sums, given].map((buffer, binding) => ({ binding, resource: { buffer } }))
  });

  async function run(iterations: number): Promise<void> {
    // Converges to 1: no overflow, no subnormal numbers.
    device.queue.writeBuffer(given, 0, Float32Array.of(iterations, 0.5, 0.5));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  }

  let iterations = firstIterations;
  await run(iterations);
  for (let ms = 0; ms < runMs;) {
    iterations *= 2;
    const start = performance.now();
    await run(iterations);
    ms = performance.now() - start;
  }
  return {
    detail: 'fused multiply-adds in registers, WGSL',
    output: 'reconstruction',
    predict: async () => [],
    roof: { multiplyAdds: iterations * chains * lanes * threads * groups, run: () => run(iterations) },
    dispose: () => {
      sums.destroy();
      given.destroy();
    }
  };
}
