import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { awaitReady } from '../../../../src/server/store/worker-ready';

const run = (code: string) => awaitReady(new Worker(code, { eval: true }));

describe('awaitReady', () => {
  it('waits for the first message, also of a thread that ends at once', async () => {
    await expect(run(`require('node:worker_threads').parentPort.postMessage('ready')`)).resolves.toBeUndefined();
  });

  it('says with which code a thread has ended that never was ready', async () => {
    await expect(run('process.exit(3)')).rejects.toThrow('ended with code 3 before it was ready');
    await expect(run('')).rejects.toThrow('ended with code 0 before it was ready');
  });

  it('gives on what the thread threw', async () => {
    await expect(run(`throw new Error('no memory')`)).rejects.toThrow('no memory');
  });
});
