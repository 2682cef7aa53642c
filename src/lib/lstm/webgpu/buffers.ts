/**
 * Buffers on the device that are counted and freed together, and the way back: a copy to a buffer that can be mapped, kept
 * for the next time. A device that goes away while somebody waits turns into a `DeviceLostError`. It knows no kernel.
 */
import { DeviceLostError } from '../engine';
import type { GpuContext } from './device';

/** Numbers as a device takes them, four bytes each. */
export type Words = Float32Array | Uint32Array | Int32Array;

/** Part of a buffer: `words` numbers of four bytes from byte `offset` on. */
export interface Part {
  readonly buffer: GPUBuffer;
  readonly words: number;
  readonly offset?: number;
}

/** A buffer whose size follows what it has to hold, in powers of two. Its content does not survive an exchange. */
export interface GrowingBuffer {
  readonly buffer: GPUBuffer;
  /** Makes room for `words` numbers; true where the buffer is now another one and has to be bound anew. */
  reserve(words: number): boolean;
}

/** The buffers of one owner. */
export interface GpuBuffers {
  /** A zeroed storage buffer of `words` numbers, at least one. */
  storage(label: string, words: number): GPUBuffer;
  /** A storage buffer that holds `data`. */
  upload(label: string, data: Words): GPUBuffer;
  /** A storage buffer that is exchanged for a larger one when it has to hold more. */
  growing(label: string): GrowingBuffer;
  /** A uniform buffer of `bytes`. */
  uniform(label: string, bytes: number): GPUBuffer;
  /** Overwrites numbers from byte `offset` on, behind everything submitted so far. */
  write(buffer: GPUBuffer, data: Words, offset?: number): void;
  /** Frees one buffer early. */
  release(buffer: GPUBuffer): void;
  /** Submits what `encoder` recorded and returns the numbers then in `parts`, one after another. */
  submitAndRead(encoder: GPUCommandEncoder, parts: readonly Part[]): Promise<Float32Array>;
  /** Frees every buffer. */
  dispose(): void;
}

/** Opens an account of buffers on the device. */
export function createBuffers(context: GpuContext): GpuBuffers {
  const { device } = context;
  const owned = new Set<GPUBuffer>();
  const idle: GPUBuffer[] = [];

  const create = (label: string, bytes: number, usage: GPUBufferUsageFlags) => {
    const buffer = device.createBuffer({ label, size: Math.max(4, Math.ceil(bytes / 4) * 4), usage });
    owned.add(buffer);
    return buffer;
  };
  const release = (buffer: GPUBuffer) => {
    if (owned.delete(buffer)) buffer.destroy();
  };
  /** Mappable buffers grow in powers of two, so that a few serve every size. */
  const takeStaging = (bytes: number) => {
    const at = idle.findIndex(({ size }) => size >= bytes);
    if (at >= 0) return idle.splice(at, 1)[0]!;
    for (const small of idle.splice(0)) release(small);
    return create('staging', 2 ** Math.ceil(Math.log2(bytes)), GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  };
  const storage = (label: string, words: number) =>
    create(label, words * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const write = (buffer: GPUBuffer, data: Words, offset = 0) =>
    device.queue.writeBuffer(buffer, offset, data as Words & ArrayBufferView<ArrayBuffer>);

  return {
    storage,
    upload(label, data) {
      const buffer = storage(label, data.length);
      write(buffer, data);
      return buffer;
    },
    growing(label) {
      let buffer = storage(label, 1);
      return {
        get buffer() {
          return buffer;
        },
        reserve(words) {
          if (buffer.size >= 4 * words) return false;
          release(buffer);
          buffer = storage(label, 2 ** Math.ceil(Math.log2(words)));
          return true;
        }
      };
    },
    uniform: (label, bytes) => create(label, bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST),
    write,
    release,
    async submitAndRead(encoder, parts) {
      const bytes = parts.reduce((sum, { words }) => sum + words * 4, 0);
      const staging = takeStaging(bytes);
      let at = 0;
      for (const { buffer, words, offset = 0 } of parts) {
        encoder.copyBufferToBuffer(buffer, offset, staging, at, words * 4);
        at += words * 4;
      }
      device.queue.submit([encoder.finish()]);
      const mapped = staging.mapAsync(GPUMapMode.READ, 0, bytes);
      try {
        await context.guard(context.needsNudge ? nudge(device.queue, mapped) : mapped);
      } catch (error) {
        release(staging);
        throw error instanceof DeviceLostError ? error : new DeviceLostError(String(error));
      }
      const numbers = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
      staging.unmap();
      idle.push(staging);
      return numbers;
    },
    dispose() {
      for (const buffer of owned) buffer.destroy();
      owned.clear();
      idle.length = 0;
    }
  };
}

const nudgeMs = 1;

/** Firefox looks for finished work every 100 ms, or when something is submitted: submits nothing until `done` settles. */
async function nudge<T>(queue: GPUQueue, done: Promise<T>): Promise<T> {
  let isOpen = true;
  const close = () => {
    isOpen = false;
  };
  done.then(close, close);
  while (isOpen) {
    queue.submit([]);
    await new Promise((resolve) => setTimeout(resolve, nudgeMs));
  }
  return done;
}
