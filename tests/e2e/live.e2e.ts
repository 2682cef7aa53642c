/** Live monitoring as a person does it: a simulated pump that is made to fail, and a gateway that goes away and comes back. */
import type { AddressInfo } from 'node:net';
import { expect, test, type Page } from '@playwright/test';
import { WebSocketServer } from 'ws';
import { findingsOf, stateOf } from './pages';

const fleetOf = (page: Page) => page.getByRole('list', { name: 'Pumps' });
const liveOf = (page: Page) => page.getByRole('region', { name: 'Live', exact: true });
const sourceOf = (page: Page, name: string) => page.getByRole('article', { name });

async function removeSource(page: Page, name: string): Promise<void> {
  await page.goto('/sources');
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Start the simulated pump' })).toBeVisible();
  await expect(sourceOf(page, name)).toHaveCount(0);
}

test('a simulated pump is monitored, fails, is found out, and nothing of it is lost by a reload', async ({ page }) => {
  await page.goto('/sources');
  await page.getByRole('button', { name: 'Start the simulated pump' }).click();
  await fleetOf(page).getByRole('link', { name: 'Simulated pump' }).click();
  await expect(stateOf(page)).toContainText('Normal');
  await expect(liveOf(page).getByText('Bearing temperature').first()).toBeVisible();
  await expect(liveOf(page).getByRole('img', { name: /^Vibration/ })).toBeVisible();

  const time = liveOf(page).getByRole('time');
  const before = Date.parse((await time.getAttribute('datetime'))!);
  await expect.poll(async () => Date.parse((await time.getAttribute('datetime'))!)).toBeGreaterThan(before);

  await page.getByText('Make this simulated pump fail').click();
  await page.getByRole('combobox', { name: 'Fault', exact: true }).selectOption({ label: 'Unbalance' });
  await page.getByRole('button', { name: 'Inject the fault' }).click();
  await expect(stateOf(page)).toContainText('Anomaly');
  await expect(findingsOf(page)).toHaveCount(1);

  await page.reload();
  await expect(findingsOf(page).first()).toContainText('Finding 1');
  await expect(liveOf(page)).toBeVisible();
  await removeSource(page, 'Simulated pump');
  await page.getByRole('link', { name: 'Fleet' }).click();
  await expect(fleetOf(page).getByRole('link', { name: 'Simulated pump' })).toBeVisible();
});

test('a gateway brings several pumps, goes away, is waited for, and is there again at once when asked', async ({
  page
}) => {
  let gateway = await startGateway();
  const { port } = gateway;
  await page.goto('/sources');
  await page.getByRole('button', { name: 'Add a source' }).click();
  await page.getByRole('radio', { name: /^WebSocket/ }).check();
  await page.getByLabel('Address').fill('http://127.0.0.1');
  await page.getByRole('button', { name: 'Add the source' }).click();
  await expect(page.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText(/^Expected an address that starts with ws:/)).toBeVisible();

  await page.getByLabel('Address').fill(`ws://127.0.0.1:${port}/`);
  await page.getByRole('button', { name: 'Add the source' }).click();
  const source = sourceOf(page, 'WebSocket');
  await expect(source).toContainText('Live since');
  await expect(source).toContainText('of 2 pumps');
  await expect(source.getByRole('list', { name: 'Lost' })).toContainText('could not be read');

  await gateway.kill();
  await expect(source).toContainText('Waiting: tries again in');
  gateway = await startGateway(port);
  await source.getByRole('button', { name: 'Try now' }).click();
  await expect(source).toContainText('Live since');

  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('searchbox', { name: 'Find a pump' }).fill('p-2');
  await expect(fleetOf(page).getByRole('listitem')).toHaveCount(1);
  await fleetOf(page).getByRole('link', { name: 'P-2' }).click();
  await expect(stateOf(page)).toContainText('Unknown');
  await expect(liveOf(page)).toContainText('Flow rate');
  await gateway.kill();
  await expect(stateOf(page)).toContainText('Nothing new since');
  await removeSource(page, 'WebSocket');
});

/** A gateway that sends two pumps ten times a second, and one message that nobody can read to each who comes. */
async function startGateway(port = 0): Promise<{ port: number; kill: () => Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => socket.send('no reading at all'));
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    for (const asset of ['P-1', 'P-2']) {
      const values = { Flow_Rate_L_min: 950 + (count % 7), Motor_Current_A: 20 + (count % 5) / 10 };
      const text = JSON.stringify({ asset, time: new Date().toISOString(), ...values });
      for (const socket of server.clients) socket.send(text);
    }
  }, 100);
  return {
    port: (server.address() as AddressInfo).port,
    async kill() {
      clearInterval(timer);
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    }
  };
}
