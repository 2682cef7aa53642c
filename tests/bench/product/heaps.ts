/** JavaScript heaps of a page and its workers, by the browser's own protocol. */
import type { CDPSession } from 'playwright';

/** Heaps in MB, of the page and by the name of each worker's script. To collect garbage first stops the thread for a while. */
export type HeapMeter = (isCollecting: boolean) => Promise<Record<string, number>>;

/** Attaches to the page and to every worker it starts. */
export async function createHeapMeter(session: CDPSession): Promise<HeapMeter> {
  const workers = new Map<string, string>();
  const answers = new Map<number, (result: { usedSize?: number }) => void>();
  let asked = 0;
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    workers.set(sessionId, targetInfo.url.split('/').at(-1)!.split(/[.-]/)[0]!);
  });
  session.on('Target.detachedFromTarget', ({ sessionId }) => void workers.delete(sessionId));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
    if (id === undefined) return;
    answers.get(id)?.(result ?? {});
    answers.delete(id);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });

  function ask(sessionId: string, method: string): Promise<{ usedSize?: number }> {
    const id = ++asked;
    const answered = new Promise<{ usedSize?: number }>((resolve) => answers.set(id, resolve));
    return session
      .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) })
      .then(() => answered);
  }

  return async (isCollecting) => {
    if (isCollecting) await session.send('HeapProfiler.collectGarbage');
    const heaps: Record<string, number> = { page: (await session.send('Runtime.getHeapUsage')).usedSize / 1e6 };
    for (const [sessionId, script] of workers) {
      if (isCollecting) await ask(sessionId, 'HeapProfiler.collectGarbage');
      const { usedSize = NaN } = await ask(sessionId, 'Runtime.getHeapUsage');
      const name = script in heaps ? `${script} ${sessionId.slice(0, 4)}` : script;
      heaps[name] = usedSize / 1e6;
    }
    return heaps;
  };
}
