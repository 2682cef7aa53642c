/** PyTorch as a host: `pytorch.py` in a process of its own, one JSON line per question and answer. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Host, Prepared } from '../subject';
import { caseFolder } from '../workshop';

/** PyTorch as a host, and how to end it. */
export interface PythonHost {
  readonly host: Host;
  close(): Promise<void>;
}

/** One thread, in every library that PyTorch may compute with. */
const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

const absence =
  'no Python with PyTorch. Debian: apt-get install --no-install-recommends python3-torch libopenblas0-serial; elsewhere name one in PYTHON';

/** Opens the host. The process starts with the first question; the first Python that has PyTorch answers, or none can be prepared. */
export function openPython(): PythonHost {
  let running: ReturnType<typeof start> | undefined;
  const ask = async (method: string, values: unknown[]) => {
    running ??= start();
    running.child.stdin.write(`${JSON.stringify({ method, values })}\n`);
    const { value, done } = await running.answers.next();
    if (done) throw new Error('PyTorch ended');
    const { result, error } = JSON.parse(value) as { result: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return result;
  };
  const host: Host = {
    prepare: async (name) => (await ask('prepare', [name])) as Prepared,
    predict: async (name, batch, kept) => {
      const bytes = Buffer.from((await ask('predict', [name, batch, kept])) as string, 'base64');
      return [new Float32Array(new Uint8Array(bytes).buffer)];
    },
    train: async (...values) => (await ask('train', values)) as number[],
    time: async (...values) => (await ask('time', values)) as number[],
    dispose: async () => {}
  };
  return {
    host,
    close: async () => {
      if (!running) return;
      running.child.stdin.end();
      if (running.child.exitCode === null) await once(running.child, 'close');
    }
  };
}

function start() {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter((path) => path !== undefined);
  const python = candidates.find((path) => spawnSync(path, ['-c', 'import torch']).status === 0);
  if (python === undefined) throw new Error(absence);
  const child = spawn(python, [join(import.meta.dirname, 'pytorch.py'), caseFolder], {
    env: { ...process.env, ...oneThread },
    stdio: ['pipe', 'pipe', 'inherit']
  });
  return { child, answers: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}
