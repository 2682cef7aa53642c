/**
 * What must travel before a person can open a file: the shell, its styles and scripts, the files' thread and the service
 * worker, as the network carries them (brotli). The engine, its kernels, charts and file formats come when they are used.
 */
import { expect, test } from '@playwright/test';

/** The goal is 130 kB; the live sources and the files of any kind put ten on top of it, which is to be taken off again. */
const limitBytes = 140_000;

test.use({ serviceWorkers: 'block' });

test('the start page, ready to take a file, stays under 140 kB', async ({ page, request }) => {
  const answers: Promise<{ path: string; bytes: number; isEngine: boolean }>[] = [];
  page.context().on('response', (response) => {
    const path = new URL(response.url()).pathname;
    answers.push(
      (async () => {
        // A browser with WebGPU also loads the GPU's kernels: pieces of the engine's thread, which they name.
        const isEngine =
          /\.(wasm|bin)$|engine\.worker/.test(path) ||
          (path.includes('/workers/chunks/') && /from"[^"]*engine\.worker/.test(await response.text()));
        // What the network says it measured is 0 for a worker's script.
        return { path, bytes: Number(await response.headerValue('content-length')), isEngine };
      })()
    );
  });
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Try the sample pump' })).toBeVisible();
  await expect(page.getByText('WASM').first()).toBeVisible();
  const worker = await request.get('/service-worker.js', { headers: { 'Accept-Encoding': 'br' } });
  const loaded = (await Promise.all(answers)).filter(({ path }) => !/\.(svg|png|webmanifest)$/.test(path));
  const shell = [
    ...loaded.filter(({ isEngine }) => !isEngine),
    { path: '/service-worker.js', bytes: Number(worker.headers()['content-length']) }
  ].sort((a, b) => b.bytes - a.bytes);
  const totalBytes = shell.reduce((sum, { bytes }) => sum + bytes, 0);
  test.info().annotations.push({ type: 'shell', description: `${totalBytes} bytes brotli` });
  console.log([...shell.map(({ path, bytes }) => `${bytes}  ${path}`), `${totalBytes}  in all`].join('\n'));

  expect(
    loaded.some(({ isEngine }) => isEngine),
    'the engine is loaded, and told apart'
  ).toBe(true);
  expect(shell.some(({ path }) => path.includes('files.worker'))).toBe(true);
  expect(totalBytes).toBeLessThan(limitBytes);
});
