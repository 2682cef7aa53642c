/**
 * The GPU device that kernels run on: asked for with the largest buffers the adapter has and nothing else beyond what every device
 * can do, or taken over from somebody who made it, and watched. A device that is lost, or that reports an error nobody asked about, returns nothing from then on:
 * what it computed may be wrong. It knows nothing of LSTMs.
 */
import { DeviceLostError } from '../engine';

/** A device and what kernels need to know of it. */
export interface GpuContext {
  readonly device: GPUDevice;
  /** What the adapter calls itself; `unknown adapter` where it says nothing. */
  readonly adapterName: string;
  /** The processor pretends to be a GPU: right, but slow. */
  readonly isSoftware: boolean;
  /** Shaders may compute with 16-bit floats. */
  readonly hasF16: boolean;
  /** Bytes of a buffer that one binding may show. */
  readonly bindingBytes: number;
  /** The browser completes GPU work only when it is spoken to or by a slow timer, so waiting must nudge it. */
  readonly needsNudge: boolean;
  /** Resolves with the reason once the device is lost or has failed; never rejects. */
  readonly lost: Promise<string>;
  isLost(): boolean;
  /** Passes `work` on; rejects with a `DeviceLostError` once the device is lost, even where `work` never settles. */
  guard<T>(work: Promise<T>): Promise<T>;
}

/** What is known of a device beyond what it says itself. */
export interface DeviceInfo {
  readonly adapterName: string;
  readonly isSoftware: boolean;
}

/** What may be decided from outside about the adapter. */
export interface OpenOptions {
  readonly powerPreference?: GPUPowerPreference;
}

const limits = ['maxStorageBufferBindingSize', 'maxBufferSize'] as const;

/** Opens the adapter with its largest buffers, and 16-bit floats where it has them; rejects with a readable reason where there is none. */
export async function openGpu(
  gpu: GPU,
  { powerPreference = 'high-performance' }: OpenOptions = {}
): Promise<GpuContext> {
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]))
  });
  return wrapDevice(device, describeAdapter(adapter.info));
}

/** Takes over a device that somebody else made and goes on owning. */
export function wrapDevice(device: GPUDevice, info: DeviceInfo = describeAdapter(device.adapterInfo)): GpuContext {
  const pending = new Set<(error: DeviceLostError) => void>();
  let reason: string | null = null;
  const lost = new Promise<string>((resolve) => {
    const fail = (why: string) => {
      if (reason !== null) return;
      reason = why;
      resolve(why);
      for (const reject of pending) reject(new DeviceLostError(why));
      pending.clear();
    };
    void device.lost.then(({ reason, message }) => fail(`device lost (${reason}): ${message}`));
    device.addEventListener('uncapturederror', ({ error }) => fail(`device failed: ${error.message}`));
  });
  return {
    device,
    ...info,
    hasF16: device.features.has('shader-f16'),
    bindingBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    needsNudge: globalThis.navigator?.userAgent.includes('Firefox') ?? false,
    lost,
    isLost: () => reason !== null,
    guard: <T>(work: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        if (reason !== null) {
          reject(new DeviceLostError(reason));
          work.catch(() => {}); // its failure is the loss, which has been told
          return;
        }
        pending.add(reject);
        work.then(resolve, reject).finally(() => pending.delete(reject));
      })
  };
}

function describeAdapter(info: GPUAdapterInfo): DeviceInfo {
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean);
  const adapterName = words.join(' ') || 'unknown adapter';
  return { adapterName, isSoftware: info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(adapterName) };
}
