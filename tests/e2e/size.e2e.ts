/**
 * What must travel before a person can open a file: the shell, its styles and scripts, the files' thread and the service
 * worker, as the network carries them (brotli). The engine, its kernels, charts and file formats come when they are used.
 */
import { expect, test } from '@playwright/test';

const limitBytes = 130_000;

test.use({ serviceWorkers: 'block' });

test('the start page, ready to take a file, stays under 130 kB', async ({ page, request }) => {
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
  const all = (await Promise.all(answers)).filter(({ path }) => !/\.(svg|png|webmanifest)$/.test(path));
  // What the page and a thread both use travels once.
  const loaded = [...new Map(all.map((answer) => [answer.path, answer])).values()];
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
