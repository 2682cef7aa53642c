/**
 * A WebGPU device whose calls do nothing and are counted: what a kernel's host asks of a device can be tested where there is
 * none. Whatever is read back is zero. It knows no more of WebGPU than our code uses.
 */

/** What was asked of the device so far. */
export interface GpuCounts {
  dispatches: number;
  submits: number;
  pipelines: number;
  bindGroups: number;
  buffersCreated: number;
  buffersDestroyed: number;
  /** Bytes of the buffers that are not destroyed. */
  bytesHeld: number;
  /** Bytes that `writeBuffer` took. */
  bytesWritten: number;
}

/** The device, its adapter's adapter, and ways to see and to break it. */
export interface CountingGpu {
  readonly gpu: GPU;
  readonly device: GPUDevice;
  readonly counts: GpuCounts;
  /** Texts of the shaders made, in order. */
  readonly shaders: readonly string[];
  /** Ends the device; maps that wait never settle. */
  lose(message: string): void;
  /** Reports an error nobody asked about. */
  fail(message: string): void;
}

const limits = {
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65_535,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28
};

/** Opens a device with the least limits WebGPU allows. Node gets the constants that a browser has. */
export function createCountingGpu(changed: Partial<typeof limits> = {}): CountingGpu {
  Object.assign(globalThis, {
    GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, QUERY_RESOLVE: 512 },
    GPUMapMode: { READ: 1, WRITE: 2 },
    GPUShaderStage: { COMPUTE: 4 }
  });
  const counts: GpuCounts = {
    dispatches: 0,
    submits: 0,
    pipelines: 0,
    bindGroups: 0,
    buffersCreated: 0,
    buffersDestroyed: 0,
    bytesHeld: 0,
    bytesWritten: 0
  };
  const shaders: string[] = [];
  let isLost = false;
  let lose!: (info: { reason: string; message: string }) => void;
  const failures: ((event: { error: { message: string } }) => void)[] = [];

  const createBuffer = ({ size }: { size: number }) => {
    counts.buffersCreated++;
    counts.bytesHeld += size;
    let isDestroyed = false;
    return {
      size,
      mapAsync: () => (isLost ? new Promise(() => {}) : Promise.resolve()),
      getMappedRange: (_offset: number, bytes: number) => new ArrayBuffer(bytes),
      unmap: () => {},
      destroy: () => {
        if (isDestroyed) return;
        isDestroyed = true;
        counts.buffersDestroyed++;
        counts.bytesHeld -= size;
      }
    };
  };
  const pass = {
    setPipeline: () => {},
    setBindGroup: () => {},
    dispatchWorkgroups: (...groups: number[]) => {
      const most = { ...limits, ...changed }.maxComputeWorkgroupsPerDimension;
      if (!groups.every((count) => count > 0 && count <= most))
        throw new RangeError(`${groups.join(' × ')} workgroups`);
      counts.dispatches++;
    },
    end: () => {}
  };
  const makePipeline = () => {
    counts.pipelines++;
    return { getBindGroupLayout: () => ({}) };
  };
  const device = {
    features: new Set<string>(),
    limits: { ...limits, ...changed },
    adapterInfo: { vendor: 'nobody', architecture: '', device: '', description: 'counting', isFallbackAdapter: false },
    lost: new Promise((resolve) => (lose = resolve)),
    addEventListener: (_type: string, listener: (typeof failures)[number]) => failures.push(listener),
    createBuffer,
    createShaderModule: ({ code }: { code: string }) => {
      shaders.push(code);
      return {};
    },
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipeline: makePipeline,
    createComputePipelineAsync: async () => makePipeline(),
    createBindGroup: () => {
      counts.bindGroups++;
      return {};
    },
    createCommandEncoder: () => ({
      beginComputePass: () => pass,
      copyBufferToBuffer: () => {},
      clearBuffer: () => {},
      finish: () => ({})
    }),
    queue: {
      submit: () => counts.submits++,
      writeBuffer: (_buffer: unknown, _offset: number, data: ArrayBufferView) =>
        (counts.bytesWritten += data.byteLength),
      onSubmittedWorkDone: async () => {}
    },
    destroy: () => {}
  };
  const adapter = {
    features: device.features,
    limits: device.limits,
    info: device.adapterInfo,
    requestDevice: async () => device
  };
  return {
    gpu: { requestAdapter: async () => adapter } as unknown as GPU,
    device: device as unknown as GPUDevice,
    counts,
    shaders,
    lose: (message) => {
      isLost = true;
      lose({ reason: 'unknown', message });
    },
    fail: (message) => {
      for (const listener of failures) listener({ error: { message } });
    }
  };
}
