/** The switch for 16-bit weights on the system page: only a GPU that knows such numbers shows it, and no adapter of a test does. */
import { mount, unmount } from 'svelte';
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { EngineStatus } from '$lib/domain/engine';
import { app } from '$lib/state/app.svelte';
import { Settings } from '$lib/state/settings.svelte';
import SystemPage from '../../../src/routes/system/+page.svelte';

const status: EngineStatus = {
  backend: 'webgpu',
  adapter: 'some GPU',
  choice: 'auto',
  trials: [],
  hasF16: true,
  lost: null
};
const half = page.getByRole('checkbox', { name: 'Half-precision weights' });

beforeEach(() => {
  localStorage.clear();
  app.settings.setPrecision('f32');
  const shown = mount(SystemPage, { target: document.body });
  return () => unmount(shown);
});

test('is off at first, says what it does to new models, and is remembered', async () => {
  app.engine.status = status;
  await expect.element(half).not.toBeChecked();
  await expect.element(page.getByText('some GPU; new models with 32-bit weights')).toBeVisible();
  expect(app.engine.precision).toBe('f32');
  await half.click();
  await expect.element(page.getByText('some GPU; new models with 16-bit weights')).toBeVisible();
  expect([app.engine.precision, new Settings().precision]).toEqual(['f16', 'f16']);
  await half.click();
  expect([app.engine.precision, new Settings().precision]).toEqual(['f32', 'f32']);
});

test('goes with the GPU, and with it what new models are rounded to', async () => {
  app.engine.status = status;
  await half.click();
  app.engine.status = { ...status, backend: 'wasm', adapter: 'SIMD', hasF16: false, lost: 'unplugged' };
  await expect.element(half).not.toBeInTheDocument();
  await expect.element(page.getByText('SIMD', { exact: true })).toBeVisible();
  expect(app.engine.precision).toBe('f32');
});

test('what was stored by somebody else is not taken for a setting', () => {
  localStorage.setItem('pumpside-precision', 'f8');
  expect(new Settings().precision).toBe('f32');
});
