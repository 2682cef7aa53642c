/** TensorFlow.js's real WebGPU backend on the counting device: what it asks of a buffer beyond what our own code does. */
import { vi } from 'vitest';
import { createCountingGpu, type GpuCounts } from './counting-gpu';

/** TensorFlow.js tells buffers from textures by `instanceof`. */
function CountedBuffer() {}
function CountedTexture() {}

/** Opens the device; until `vi.unstubAllGlobals` the process looks like a browser that has WebGPU. */
export function createCountingTfjs(): { device: GPUDevice; counts: GpuCounts } {
  const { gpu, device, counts } = createCountingGpu();
  vi.stubGlobal('navigator', { gpu });
  vi.stubGlobal('GPUBuffer', CountedBuffer);
  vi.stubGlobal('GPUTexture', CountedTexture);
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const { size, usage, mappedAtCreation } = descriptor;
    const more = {
      usage,
      mapState: mappedAtCreation ? 'mapped' : 'unmapped',
      getMappedRange: () => new ArrayBuffer(size)
    };
    return Object.assign(Object.create(CountedBuffer.prototype) as GPUBuffer, createBuffer(descriptor), more);
  };
  return { device, counts };
}
