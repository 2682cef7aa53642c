/**
 * Notifications as a person sets them up: a webhook and e-mail on the page, an alarm that arrives at both, a far side that is down and comes
 * back; and what a browser shows of a push. The real server, an HTTP and an SMTP server of the test's own. Long,
 * because the far sides are made here.
 */
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { AlarmEvent, AlarmPriority } from '$lib/domain/alarm';
import { schemaHeader } from '$lib/sync/protocol';
import { createSealer } from '../support/operation-samples';
import { expectAccessible } from './axe';
import { build, startSite, type Site } from './site';

test.use({ actionTimeout: 20_000 });

const port = 4485;
const secret = 'a word of the plant';

interface Got {
  headers: IncomingHttpHeaders;
  text: string;
}

/** A place for webhooks that answers with `status`, and one for mail. */
async function startFarSides() {
  const far = {
    status: 200,
    hooks: [] as Got[],
    mails: [] as string[],
    hookUrl: '',
    mailPort: 0,
    stop: async () => {}
  };
  const http = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      far.hooks.push({ headers: request.headers, text });
      response.writeHead(far.status).end();
    });
  });
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        // As a mailbox reads it: long lines are folded on the way.
        far.mails.push(text.replaceAll(/\r\n[ \t]+/g, ' ').replaceAll('=\r\n', ''));
        done();
      });
    }
  });
  await Promise.all([
    new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)),
    new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  ]);
  far.hookUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
  far.mailPort = (smtp.server.address() as AddressInfo).port;
  far.stop = async () => {
    http.closeAllConnections();
    await Promise.all([
      new Promise((resolve) => http.close(resolve)),
      new Promise<void>((resolve) => smtp.close(resolve))
    ]);
  };
  return far;
}

async function becomeAdministrator(page: Page, site: Site): Promise<void> {
  await page.goto(`${site.origin}/account`);
  await expect(page.getByRole('button', { name: 'Become the administrator' })).toBeVisible({ timeout: 90_000 });
  const code = /code[^:]*:\s*(\S+)/i.exec(site.output())?.[1];
  await page.getByLabel('Code').fill(code!);
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('New password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Become the administrator' }).click();
  await expect(page.getByRole('heading', { name: /^Ada/ })).toBeVisible();
}

/** A device of the plant, in the session of the context: what happens to its alarms reaches the backend at once. */
function createDevice(context: BrowserContext, origin: string) {
  const deviceId = randomUUID();
  const seal = createSealer(deviceId);
  return async (...events: [ruleId: string, event: AlarmEvent][]) => {
    const operations = events.map(([ruleId, event]) => {
      const body = { assetId: 'pump-1', ruleId, deviceId, event };
      return seal({ kind: 'alarm', id: `${deviceId}:${ruleId}`, assetId: 'pump-1', body }, 0, Date.now());
    });
    const headers = { Origin: origin, [schemaHeader]: '1' };
    const pushed = await context.request.post(`${origin}/api/v1/sync/push`, {
      headers,
      data: { deviceId, operations }
    });
    const { results } = (await pushed.json()) as { results: { outcome: string }[] };
    expect(results.map(({ outcome }) => outcome)).toEqual(events.map(() => 'applied'));
  };
}

const raise = (name: string, priority: AlarmPriority): AlarmEvent => ({
  kind: 'raise',
  atMs: Date.now(),
  occurrenceId: randomUUID(),
  name,
  assetName: 'Feed pump',
  value: 95,
  limit: 90,
  priority,
  ruleVersion: 0,
  isLatching: false
});

/** Adds a route by the form; `fill` gives what its channel needs. */
async function addRoute(page: Page, name: string, by: string, fill: () => Promise<void>): Promise<void> {
  const form = page.getByRole('form', { name: 'Tell somebody else' });
  if (!(await form.isVisible())) await page.getByText('Tell somebody else').click();
  await form.getByLabel('Name').fill(name);
  await form.getByLabel(/^By/).selectOption(by);
  await fill();
  await form.getByLabel('that come within').fill('1');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('button', { name: `Test ${name}` })).toBeVisible();
}

/** What the test touches inside the service worker. */
interface WorkerScope extends EventTarget {
  registration: ServiceWorkerRegistration;
  clients: { openWindow: (url: string | URL) => Promise<null> };
  WindowClient: { prototype: { focus: (this: { url: string }) => Promise<unknown> } };
  NotificationEvent: new (type: string, init: { notification: Notification }) => Event;
}

const shownNotices = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, data }) => ({
      title,
      body,
      data: data as unknown
    }));
  });

test('an alarm reaches a webhook and a mailbox once; what could not be delivered is shown and sent again', async ({
  page,
  context
}) => {
  // Most of it on a busy machine is the first start of a database.
  test.setTimeout(180_000);
  process.env.NOTIFY_PRIVATE = '1';
  const far = await startFarSides();
  const site = await startSite(build, port);
  delete process.env.NOTIFY_PRIVATE;
  const answers: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/notifications/'))
      void response.text().then(
        (text) => answers.push(text),
        () => {}
      );
  });
  try {
    await context.grantPermissions(['notifications'], { origin: site.origin });
    await becomeAdministrator(page, site);
    await page.getByRole('link', { name: /notifications/i }).click();
    await expect(page.getByText('Nobody yet.')).toBeVisible();
    await expectAccessible(page);

    await addRoute(page, 'Control room', 'Webhook', async () => {
      await page.getByLabel('Address').fill(far.hookUrl);
      await page.getByLabel('Secret that signs the messages').fill(secret);
    });
    await addRoute(page, 'On call', 'E-mail', async () => {
      await page.getByLabel('Mail server').fill('127.0.0.1');
      await page.getByLabel('Port').fill(String(far.mailPort));
      await page.getByLabel('Encryption').selectOption('None (inside the plant only)');
      await page.getByLabel('Sender’s address').fill('pumpside@example.org');
      await page.getByLabel('To, separated by commas').fill('ada@example.org, bob@example.org');
    });
    for (const name of ['Control room', 'On call']) {
      await page.getByRole('button', { name: `Test ${name}` }).click();
      await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText('The test message was taken.');
    }
    expect(JSON.parse(far.hooks[0]!.text)).toMatchObject({ kind: 'test', notices: [] });
    expect(far.mails[0]).toContain('Subject: Pumpside: test message');
    await expectAccessible(page);

    // Changed, with its secret kept, and without it ever coming back.
    await page.getByRole('button', { name: 'Change Control room' }).click();
    const form = page.getByRole('form', { name: 'Change Control room' });
    await expect(form.getByLabel('Address')).toHaveValue(far.hookUrl);
    await expect(form.getByLabel(/^Secret/)).toHaveValue('');
    await form.getByLabel('Name').fill('Shift office');
    await form.getByLabel('From this priority on').selectOption('Low');
    await form.getByLabel(/Quiet hours/).check();
    await form.getByLabel('From', { exact: true }).fill('01:00');
    await form.getByLabel('To', { exact: true }).fill('01:00');
    await expectAccessible(page);
    await form.getByRole('button', { name: 'Store' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Shift office' })).toContainText('quiet 01:00 to 01:00');
    expect(answers.length).toBeGreaterThan(3);
    expect(answers.join()).not.toContain(secret);

    // Nobody looks at the page: the system says what has come.
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
    [far.hooks, far.mails] = [[], []];
    const act = createDevice(context, site.origin);
    await act(['pump-1:hot', raise('Bearing temperature HH', 'critical')], ['pump-1:flow', raise('Flow LL', 'high')]);
    await expect.poll(() => far.hooks.length).toBe(1);
    await expect.poll(() => far.mails.length).toBe(1);
    const [{ headers, text }] = far.hooks as [Got];
    const said = JSON.parse(text) as { id: string; notices: { name: string; kind: string }[] };
    expect(said.notices.map(({ name, kind }) => [name, kind])).toEqual([
      ['Bearing temperature HH', 'announced'],
      ['Flow LL', 'announced']
    ]);
    const signed = `${String(headers['x-pumpside-timestamp'])}.${text}`;
    const signature = createHmac('sha256', secret).update(signed).digest('hex');
    expect(headers['x-pumpside-signature']).toBe(`sha256=${signature}`);
    expect(far.mails[0]).toContain('Subject: Pumpside critical: Feed pump, Bearing temperature HH raised, and 1 more');
    expect(far.mails[0]).toMatch(/high Feed pump: Flow LL raised, value 95, limit 90/);
    await expect.poll(() => shownNotices(page)).toMatchObject([{ title: 'Critical: Bearing temperature HH' }]);

    // Down, tried again, and refused for good.
    far.status = 503;
    await act(['pump-1:hot', { kind: 'return', atMs: Date.now(), value: 80 }]);
    await expect.poll(() => far.hooks.length).toBe(2);
    far.status = 400;
    await expect.poll(() => far.hooks.length, { timeout: 15_000 }).toBe(3);
    await page.reload();
    const letter = page.getByRole('region', { name: 'Not delivered' }).getByRole('listitem');
    await expect(letter).toContainText('Shift office');
    await expect(letter).toContainText('after 2 tries: answered 400');
    await expectAccessible(page);

    far.status = 200;
    await letter.getByRole('button', { name: 'Send it again' }).click();
    await expect(letter).toHaveText('Nothing waits here.');
    await expect.poll(() => far.hooks.length).toBe(4);
    const [again, ...others] = far.hooks
      .slice(1)
      .map(({ text }) => JSON.parse(text) as { id: string; notices: object[] });
    expect(again!.notices).toMatchObject([{ kind: 'returned', name: 'Bearing temperature HH' }]);
    expect(others.map(({ id }) => id)).toEqual([again!.id, again!.id]);
    // Mail had no trouble: each was told once.
    expect(far.mails).toHaveLength(2);

    await page.getByRole('button', { name: 'Delete On call' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('button', { name: 'Test On call' })).toHaveCount(0);
  } finally {
    await site.kill();
    await far.stop();
  }
});

test('a person is asked at a button only; a push is shown, and a click on it shows its alarm where Pumpside is open', async ({
  page,
  context,
  baseURL
}) => {
  await page.addInitScript(() => {
    let permission: NotificationPermission = 'default';
    const asked = Object.assign(globalThis, { timesAsked: 0 });
    Object.defineProperty(Notification, 'permission', { get: () => permission });
    Notification.requestPermission = () => {
      asked.timesAsked++;
      return Promise.resolve((permission = 'granted'));
    };
  });
  const timesAsked = () => page.evaluate(() => (globalThis as unknown as { timesAsked: number }).timesAsked);
  await context.grantPermissions(['notifications']);
  await page.goto('/account/notifications');
  await expect(page.getByRole('button', { name: 'Allow system notifications' })).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  expect(await timesAsked()).toBe(0);
  await page.getByRole('button', { name: 'Allow system notifications' }).click();
  await expect(page.getByText('are shown by the system while Pumpside is out of sight')).toBeVisible();
  expect(await timesAsked()).toBe(1);

  const devtools = await context.newCDPSession(page);
  const found = new Promise<string>((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations[0]) resolve(registrations[0].registrationId);
    })
  );
  await devtools.send('ServiceWorker.enable');
  const registrationId = await found;
  const push = (data: object | string) =>
    devtools.send('ServiceWorker.deliverPushMessage', {
      origin: baseURL!,
      registrationId,
      data: typeof data === 'string' ? data : JSON.stringify(data)
    });

  const alarmId = 'tablet 1:pump-1:hot';
  await push({ kind: 'alarms', severity: 'critical', count: 1, alarmId });
  await expect.poll(() => shownNotices(page)).toMatchObject([{ title: 'Alarm, priority critical', data: alarmId }]);

  // A browser shows windows for a person's own click alone, so what the worker asks for is caught.
  const worker = context.serviceWorkers()[0]!;
  const click = () =>
    worker.evaluate(async () => {
      const scope = globalThis as unknown as WorkerScope;
      const opened = new Promise<string>((resolve) => {
        scope.clients.openWindow = (url) => {
          resolve(String(url));
          return Promise.resolve(null);
        };
        scope.WindowClient.prototype.focus = function () {
          resolve(`focus ${this.url}`);
          return Promise.resolve(this);
        };
      });
      const [notification] = await scope.registration.getNotifications();
      scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification: notification! }));
      return opened;
    });
  const url = `${baseURL}/alarms/alarm?id=tablet%201%3Apump-1%3Ahot`;
  // The page is not loaded anew: what runs in it goes on.
  await page.evaluate(() => Object.assign(globalThis, { isKept: true }));
  expect(await click()).toMatch(/^focus /);
  await expect(page).toHaveURL(url);
  await expect(page.getByText('There is no such alarm')).toBeVisible();
  expect(await shownNotices(page)).toEqual([]);

  await push({ kind: 'alarms', severity: 'high', count: 3, alarmId: null });
  await expect.poll(() => shownNotices(page)).toMatchObject([{ title: '3 alarms, priority high', data: null }]);
  expect(await click()).toMatch(/^focus /);
  await expect(page).toHaveURL(`${baseURL}/alarms`);
  expect(await page.evaluate(() => (globalThis as { isKept?: boolean }).isKept)).toBe(true);
  // Whatever comes is shown: browsers take the right to push from who does not.
  await push('no JSON');
  await expect.poll(() => shownNotices(page)).toMatchObject([{ title: 'Alarm' }]);

  // What is typed and not stored stays where it is: the alarm gets a window of its own.
  await page.goto('/account');
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  expect(await click()).toBe(`${baseURL}/alarms`);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ada');

  // A page that does not answer: the same.
  await push({ kind: 'alarms', severity: 'critical', count: 1, alarmId });
  await expect.poll(() => shownNotices(page)).toMatchObject([{ data: alarmId }]);
  await page.goto('/health');
  // The backend's own answer, not the shell of the app, which would take the click.
  expect(await page.evaluate(() => document.contentType)).toBe('application/json');
  expect(await click()).toBe(url);
});
