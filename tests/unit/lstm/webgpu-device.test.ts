import { describe, expect, test } from 'vitest';
import { DeviceLostError } from '$lib/lstm/engine';
import type { AutoencoderShape } from '$lib/lstm/shape';
import { tuneGpu, tuningKey } from '$lib/lstm/webgpu/autotune';
import { createBuffers } from '$lib/lstm/webgpu/buffers';
import { openGpu, wrapDevice } from '$lib/lstm/webgpu/device';
import { createCountingGpu } from '../../support/counting-gpu';

const info = { adapterName: 'some adapter', isSoftware: false };

describe('a device', () => {
  test('that cannot be had is a readable error', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openGpu(none)).rejects.toThrow('no WebGPU adapter');
  });

  test('says what it is', async () => {
    const { gpu } = createCountingGpu({ maxStorageBufferBindingSize: 2 ** 26 });
    expect(await openGpu(gpu)).toMatchObject({
      adapterName: 'nobody counting',
      isSoftware: false,
      hasF16: false,
      bindingBytes: 2 ** 26
    });
  });

  test.each([
    [{ vendor: 'google', architecture: 'swiftshader', device: '', description: '', isFallbackAdapter: false }, true],
    [
      { vendor: 'mesa', architecture: '', device: '', description: 'llvmpipe (LLVM 15)', isFallbackAdapter: false },
      true
    ],
    [{ vendor: 'any', architecture: '', device: '', description: '', isFallbackAdapter: true }, true],
    [{ vendor: 'apple', architecture: 'metal-3', device: '', description: '', isFallbackAdapter: false }, false]
  ])('%o is software: %s', (adapterInfo, isSoftware) => {
    const { device } = createCountingGpu();
    expect(wrapDevice(Object.assign(device, { adapterInfo })).isSoftware).toBe(isSoftware);
  });

  test('that is lost ends work that never would', async () => {
    const { device, lose } = createCountingGpu();
    const context = wrapDevice(device, info);
    const work = context.guard(new Promise(() => {}));
    expect(context.isLost()).toBe(false);
    lose('unplugged');
    await expect(work).rejects.toThrow(DeviceLostError);
    expect(await context.lost).toContain('unplugged');
    expect(context.isLost()).toBe(true);
    await expect(context.guard(Promise.resolve(1))).rejects.toThrow('unplugged');
  });

  test('that works passes results and failures on', async () => {
    const context = wrapDevice(createCountingGpu().device, info);
    expect(await context.guard(Promise.resolve(7))).toBe(7);
    await expect(context.guard(Promise.reject(new RangeError('mine')))).rejects.toThrow('mine');
  });
});

describe('buffers', () => {
  test('a growing one is exchanged only when it must hold more', () => {
    const { device, counts } = createCountingGpu();
    const buffers = createBuffers(wrapDevice(device, info));
    const growing = buffers.growing('states');
    expect([5, 8, 3, 9].map((words) => growing.reserve(words))).toEqual([true, false, false, true]);
    expect(growing.buffer.size).toBe(64);
    expect(counts.bytesHeld).toBe(64);
    buffers.dispose();
    expect(counts.bytesHeld).toBe(0);
  });

  test.each([
    [true, 4],
    [false, 1]
  ])('waiting with a nudge %s submits %d times', async (needsNudge, submits) => {
    const { device, counts } = createCountingGpu();
    let complete = () => {};
    const create = device.createBuffer.bind(device);
    const submit = device.queue.submit.bind(device.queue);
    device.createBuffer = (descriptor) =>
      Object.assign(create(descriptor), {
        mapAsync: () =>
          counts.submits >= submits ? Promise.resolve() : new Promise<void>((resolve) => (complete = resolve))
      });
    device.queue.submit = (lists) => {
      submit(lists);
      if (counts.submits >= submits) complete();
    };
    const buffers = createBuffers({ ...wrapDevice(device, info), needsNudge });
    const buffer = buffers.storage('numbers', 3);
    const numbers = await buffers.submitAndRead(device.createCommandEncoder(), [{ buffer, words: 3 }]);
    expect(numbers).toHaveLength(3);
    expect(counts.submits).toBe(submits);
  });
});

describe('a tuning', () => {
  const shape: AutoencoderShape = { steps: 5, channels: 2, encoder: [8], latent: null, decoder: [8] };

  test('is refused where nothing computes what the reference does', async () => {
    const { gpu, counts } = createCountingGpu(); // it says zero to everything
    await expect(tuneGpu(await openGpu(gpu), shape)).rejects.toThrow('nothing scores as the reference does');
    expect(counts.bytesHeld).toBe(0);
  });

  test('is kept by what it depends on', () => {
    const context = wrapDevice(createCountingGpu().device, info);
    const key = tuningKey(context, shape);
    expect(tuningKey(context, { ...shape })).toBe(key);
    expect(tuningKey(context, { ...shape, steps: 6 })).not.toBe(key);
    expect(tuningKey(context, shape, true)).not.toBe(key);
    expect(tuningKey({ ...context, adapterName: 'another' }, shape)).not.toBe(key);
  });
});
