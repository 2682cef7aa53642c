/**
 * Training steps as lists of dispatches over buffers that stay: pipelines and bind groups are made once, and what changes from
 * one micro-batch to the next is a block of scalars in a ring, picked by a dynamic offset. Many blocks go up in one write, many
 * micro-batches out in one submit. It knows no kernel.
 */
import type { GpuBuffers } from './buffers';
import type { GpuContext } from './device';
import { stepBytes, writeStep, type Kernel, type StepScalars } from './kernel.wgsl';

/** Workgroups along x, y, z. */
export type Groups = readonly [number, number?, number?];

/** A buffer, whole or in part. */
export type Bindable = GPUBuffer | GPUBufferBinding;

/** A kernel with its buffers, ready to be dispatched again and again. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly groups: (step: StepScalars) => Groups;
}

/** Some dispatches, one after another, for one micro-batch. */
export interface Run {
  readonly dispatches: readonly Dispatch[];
  readonly step: StepScalars;
}

export interface Recorder {
  /** Binds `buffers` to the kernel's names, all of them. Each text is compiled once on a device. */
  prepare<Name extends string>(
    kernel: Kernel<Name>,
    buffers: Readonly<Partial<Record<NoInfer<Name>, Bindable>>>,
    groups: (step: StepScalars) => Groups
  ): Promise<Dispatch>;
  /** Puts `runs`, at most `ringSlots`, into one encoder, which must be submitted before the next call. */
  encode(runs: readonly Run[]): GPUCommandEncoder;
}

/** Micro-batches that fit into one submit. */
export const ringSlots = 64;

/** What every device can take as a dynamic offset. */
const slotBytes = 256;

/** What was compiled on a device serves whoever comes next with the same text, for compiling takes longer than many steps. */
const compiled = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

/** Opens a recorder whose ring lives among `buffers`. */
export function createRecorder({ device, guard }: GpuContext, buffers: GpuBuffers): Recorder {
  const ring = buffers.uniform('step ring', ringSlots * slotBytes);
  const blocks = new ArrayBuffer(ringSlots * slotBytes);
  const pipelines = compiled.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  compiled.set(device, pipelines);

  // The layout lists what the kernel names, so that a buffer its text happens not to read is no error.
  const compile = ({ label, code, buffers }: Kernel) => {
    const types = Object.values(buffers).map(({ access }) => (access === 'read' ? 'read-only-storage' : 'storage'));
    const storages = types.map((type): GPUBufferBindingLayout => ({ type }));
    const scalars: GPUBufferBindingLayout = { type: 'uniform', hasDynamicOffset: true, minBindingSize: stepBytes };
    const layout = device.createBindGroupLayout({
      label,
      entries: [...storages, scalars].map((buffer, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer
      }))
    });
    return guard(
      device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: device.createShaderModule({ label, code }), entryPoint: 'main' }
      })
    );
  };

  return {
    async prepare(kernel, bound, groups) {
      let made = pipelines.get(kernel.code);
      if (!made) {
        pipelines.set(kernel.code, (made = compile(kernel)));
        made.catch(() => pipelines.delete(kernel.code)); // whoever comes next tries again
      }
      const pipeline = await made;
      const bind = (name: string): GPUBufferBinding => {
        const part: Bindable | undefined = bound[name as keyof typeof bound];
        if (!part) throw new Error(`${kernel.label}: no buffer is given for ${name}`);
        return 'buffer' in part ? part : { buffer: part };
      };
      const parts = [...Object.keys(kernel.buffers).map(bind), { buffer: ring, size: stepBytes }];
      const bindings = device.createBindGroup({
        label: kernel.label,
        layout: pipeline.getBindGroupLayout(0),
        entries: parts.map((resource, binding) => ({ binding, resource }))
      });
      return { pipeline, bindings, groups };
    },
    encode(runs) {
      runs.forEach(({ step }, slot) => writeStep(new DataView(blocks), slot * slotBytes, step));
      buffers.write(ring, new Uint32Array(blocks, 0, (runs.length * slotBytes) / 4));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      runs.forEach(({ dispatches, step }, slot) => {
        for (const { pipeline, bindings, groups } of dispatches) {
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindings, [slot * slotBytes]);
          pass.dispatchWorkgroups(...groups(step));
        }
      });
      pass.end();
      return encoder;
    }
  };
}
