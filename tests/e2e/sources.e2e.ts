/**
 * Live sources as a person sets them up: a real MQTT broker with plain topics and with Sparkplug B, serial lines, and Modbus RTU. What is
 * sent is seen on the pump's page, what is lost beside its source, and whatever goes away is waited for and comes back.
 */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { connectAsync } from 'mqtt';
import { decodePayload } from '$lib/ingest/sparkplug/payload';
import { createEdgeNode, type Frame, type MetricScript } from '../support/edge-node';
import { hex, seal } from '../support/modbus-line';
import { brokerUser, findFreePorts, startMosquitto } from '../support/mosquitto.mjs';
import { stateOf } from './pages';
import { installSerial } from './serial-script';

// A service worker would answer for the live thread's script without asking, and with it no fake port could get in.
test.use({ serviceWorkers: 'block' });

/** What is to be ended after a test, however it went. */
const endings: (() => unknown)[] = [];
test.afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const sourceOf = (page: Page, name: string): Locator => page.getByRole('article', { name });
const lostOf = (source: Locator): Locator => source.getByRole('list', { name: 'Lost' });

/** The newest value of a channel on the pump's page, with its unit and age. */
function valueOf(page: Page, channel: string): Locator {
  const name = page.getByRole('term').filter({ hasText: new RegExp(`^${channel}$`) });
  return page.getByLabel('Newest values').locator('div').filter({ has: name }).getByRole('definition');
}

/** Begins a source of a kind; the form is open then. */
async function beginSource(page: Page, kind: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a source' }).click();
  await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).check();
}

async function addSource(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Add the source' }).click();
  await expect(sourceOf(page, name)).toBeVisible();
  return sourceOf(page, name);
}

async function editSource(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await expect(page.getByRole('heading', { name: `Edit ${name}`, level: 1 })).toBeVisible();
}

async function saveSource(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save and connect anew' }).click();
}

async function openSources(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Sources', exact: true }).click();
}

async function openPump(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'Fleet', exact: true }).click();
  await page.getByRole('list', { name: 'Pumps' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

async function removeSource(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('article')).toHaveCount(0);
}

/** A broker that can die and come back at its address; ended with the test. */
async function startBroker() {
  const ports = await findFreePorts();
  let broker = await startMosquitto(ports);
  endings.push(() => broker.stop());
  return {
    url: broker.url,
    plainUrl: broker.plainUrl,
    stop: () => broker.stop(),
    async restart(): Promise<void> {
      broker = await startMosquitto(ports);
    }
  };
}

/** Does something five times a second until the test ends. */
function repeat(act: () => void): void {
  const timer = setInterval(act, 200);
  endings.push(() => clearInterval(timer));
}

async function fillBroker(page: Page, url: string, password: string, topics: string): Promise<void> {
  await page.getByLabel('Address of the broker').fill(url);
  await page.getByLabel('User').fill(brokerUser.username);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Topics, one a line').fill(topics);
}

test('MQTT: a wrong password is refused with its reason and put right, and a broker that dies is waited for', async ({
  page
}) => {
  const broker = await startBroker();
  await page.goto('/sources');
  await beginSource(page, 'MQTT');
  await fillBroker(page, broker.url, 'wrong', 'plant/#');
  const refused = await addSource(page, 'MQTT');
  await expect(refused).toContainText('Refused');
  await expect(refused).toContainText(/not authori[sz]ed/i);
  await expect(refused).toContainText(broker.url);

  await editSource(page, 'MQTT');
  await expect(page.getByLabel('Address of the broker')).toHaveValue(broker.url);
  await expect(page.getByLabel('Topics, one a line')).toHaveValue('plant/#');
  await expect(page.getByLabel('Password')).toHaveValue('');
  await page.getByLabel('Password').fill(brokerUser.password);
  await saveSource(page);
  await expect(sourceOf(page, 'MQTT')).toContainText('Live since');

  // The password is kept though the page never had it.
  await editSource(page, 'MQTT');
  await page.getByLabel('Name of the source').fill('Plant broker');
  await page.getByLabel('Topic level naming the pump').fill('1');
  await saveSource(page);
  const source = sourceOf(page, 'Plant broker');
  await expect(source).toContainText('Live since');
  await expect(page.getByRole('article')).toHaveCount(1);

  let temperature = 142.7;
  const publisher = await connectAsync(broker.plainUrl, { ...brokerUser, reconnectPeriod: 100, queueQoSZero: false });
  endings.push(() => publisher.end(true));
  publisher.on('error', () => {});
  repeat(() => {
    const v = { 'Brg temp': temperature, Flow_Rate_L_min: 998.2 };
    const message = { ts: Date.now(), v, units: { 'Brg temp': '°F' } };
    for (const pump of ['P-101', 'P-102']) {
      publisher.publish(`plant/${pump}/readings`, JSON.stringify(message), () => {});
    }
  });
  await publisher.publishAsync('plant/P-101/status', 'online');
  await expect(source).toContainText('of 2 pumps');
  await expect(lostOf(source)).toContainText('1 message could not be read');
  await expect(lostOf(source)).toContainText('plant/P-101/status');

  await openPump(page, 'P-101');
  await expect(stateOf(page)).toContainText('Unknown');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('61.5 °C');
  await expect(valueOf(page, 'Flow rate')).toContainText('998 L/min');

  await broker.stop();
  await openSources(page);
  await expect(source).toContainText('Waiting');
  await broker.restart();
  temperature = 149;
  await expect(source).toContainText('Live since');
  await openPump(page, 'P-102');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('65.0 °C');
  await openSources(page);
  await removeSource(page, 'Plant broker');
});

test('Sparkplug B: births, data, a gap, deaths and another life', async ({ page }) => {
  const broker = await startBroker();
  const script = createEdgeNode('Plant', 'Edge');
  const engineeringUnit = (value: string): NonNullable<MetricScript['properties']> => ({
    keys: ['engUnit'],
    values: [{ value: { case: 'stringValue', value } }]
  });
  /** Ahead of this machine, so that age alone makes nothing stale while the test looks. */
  const now = (): number => Date.now() + 8000;
  let temperature = 61.5;
  const deviceBirth = (): Frame =>
    script.message(
      'DBIRTH',
      'P-101',
      [
        { name: 'Bearing temp', alias: 1n, value: temperature, properties: engineeringUnit('degC') },
        { name: 'Motor/RPM', alias: 2n, datatype: 3, value: 1480, properties: engineeringUnit('rpm') }
      ],
      now()
    );
  const data = (metric: MetricScript = {}): Frame =>
    script.message('DDATA', 'P-101', [{ alias: 1n, value: temperature, ...metric }], now());
  const commands: string[] = [];

  /** A life of the edge node: it answers a request for a rebirth with its births. */
  async function connectEdge() {
    const { topic, bytes } = script.death();
    const will = { topic, payload: Buffer.from(bytes), qos: 1 as const, retain: false };
    const client = await connectAsync(broker.plainUrl, { ...brokerUser, will, reconnectPeriod: 0 });
    endings.push(() => client.end(true));
    const publish = async (...frames: Frame[]): Promise<void> => {
      for (const frame of frames) await client.publishAsync(frame.topic, Buffer.from(frame.bytes));
    };
    client.on('message', (_, payload) => {
      commands.push(decodePayload(payload)!.metrics[0]!.name!);
      void publish(script.birth([], now()), deviceBirth());
    });
    await client.subscribeAsync('spBv1.0/Plant/NCMD/Edge', { qos: 1 });
    return { publish, cut: () => client.stream.destroy() };
  }

  await page.goto('/sources');
  await beginSource(page, 'MQTT');
  await fillBroker(page, broker.url, brokerUser.password, 'spBv1.0/Plant/#');
  await page.getByLabel('Messages').selectOption({ label: 'Sparkplug B' });
  const source = await addSource(page, 'MQTT');
  await expect(source).toContainText('Live since');

  let edge = await connectEdge();
  await edge.publish(script.birth([], now()), deviceBirth());
  await expect(source).toContainText('1 reading of 1 pump');
  await expect(source).toContainText('Nothing lost');
  await edge.publish(data({ value: 20, timestamp: BigInt(now() - 3_600_000), isHistorical: true }));
  await expect(source.getByRole('list', { name: 'Readings out of order' })).toContainText('stored by the source');

  await openPump(page, 'P-101');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('61.5 °C');
  await expect(valueOf(page, 'Motor speed')).toContainText('1,480 1/min');
  temperature = 62.5;
  await edge.publish(data());
  await expect(valueOf(page, 'Bearing temperature')).toContainText('62.5 °C');

  data();
  temperature = 64;
  await edge.publish(data());
  // Only the births it asked for can bring this value: what came behind the gap is not believed.
  await expect(valueOf(page, 'Bearing temperature')).toContainText('64.0 °C');
  expect(commands).toEqual(['Node Control/Rebirth']);

  const stale = { timeout: 10_000 };
  await edge.publish(script.message('DDEATH', 'P-101', [], now()));
  await expect(stateOf(page)).toContainText('Nothing new since', stale);
  temperature = 65;
  await edge.publish(deviceBirth());
  await expect(valueOf(page, 'Bearing temperature')).toContainText('65.0 °C');
  await expect(stateOf(page)).not.toContainText('Nothing new since');

  edge.cut();
  await expect(stateOf(page)).toContainText('Nothing new since', stale);
  script.reconnect();
  edge = await connectEdge();
  temperature = 66;
  await edge.publish(script.birth([], now()), deviceBirth());
  await expect(valueOf(page, 'Bearing temperature')).toContainText('66.0 °C');

  await openSources(page);
  await expect(lostOf(source)).toContainText('2 messages were lost on the way');
  await removeSource(page, 'MQTT');
});

test('serial lines: read in pieces, a disturbed line and a cable that is pulled and put back', async ({ page }) => {
  const serial = await installSerial(page);
  await page.goto('/sources');
  await beginSource(page, 'Serial lines');
  await expect(page.getByRole('button', { name: 'Add the source' })).toBeDisabled();
  await page.getByRole('button', { name: 'Choose the port' }).click();
  await expect(page.getByText('Chosen: USB 0403:6001')).toBeVisible();
  await page.getByLabel('Pump', { exact: true }).fill('P-7');
  const source = await addSource(page, 'Serial lines');
  await expect(source).toContainText('Waiting');
  await expect(source).toContainText('no USB 0403:6001');
  await serial.tell({ kind: 'plug' });
  await expect(source).toContainText('Live since');

  await serial.tell({ kind: 'send', text: 'Flow (L/min);Brg temp (degC)\r\n998,2;61,5\r\n' });
  await expect(source).toContainText('1 reading of 1 pump');
  await expect(source).toContainText('Nothing lost');
  await serial.tell({ kind: 'send', text: '998,2;#61,5;7\r\n998,4;62,5\r\n' });
  await expect(lostOf(source)).toContainText('1 message could not be read');
  await expect(lostOf(source)).toContainText('#61,5');
  await serial.tell({ kind: 'send', text: '998,4;6' });
  await serial.tell({ kind: 'line', name: 'FramingError' });
  await serial.tell({ kind: 'send', text: '3,5\r\n998,6;63,5\r\n' });
  await expect(lostOf(source)).toContainText('2 messages could not be read');
  await expect(lostOf(source)).toContainText('FramingError');
  await expect(source).toContainText('3 readings of 1 pump');

  await openPump(page, 'P-7');
  await expect(valueOf(page, 'Flow rate')).toContainText('999 L/min');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('63.5 °C');

  await openSources(page);
  await serial.tell({ kind: 'unplug' });
  await expect(source).toContainText('Waiting');
  await serial.tell({ kind: 'plug' });
  await expect(source).toContainText('Live since');
  await serial.tell({ kind: 'send', text: 'Flow (L/min);Brg temp (degC)\r\n998,2;71,5\r\n' });
  await openPump(page, 'P-7');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('71.5 °C');
  await openSources(page);
  await removeSource(page, 'Serial lines');
});

test('Modbus RTU: a sensor is read, garbled, silent, unplugged and back', async ({ page }) => {
  /** Six registers from 17 on, and what the sensor answers: Z 0.108 mm/s, 25.9 °C, X 0.182 mm/s. */
  const request = hex(seal([1, 3, 0, 17, 0, 5]));
  const answer = (vibration: number) =>
    hex(seal([1, 3, 10, ...[vibration, 1573, 518, 71, 182].flatMap((each) => [each >> 8, each & 0xff])]));
  const wrong = `${answer(108).slice(0, -4)}ffff`;

  const serial = await installSerial(page);
  await page.goto('/sources');
  await beginSource(page, 'Modbus RTU');
  await page.getByRole('button', { name: 'Choose the port' }).click();
  await page.getByLabel('Bits per second').selectOption('19200');
  await page.getByLabel('Kind of device').selectOption({ label: 'Banner QM42VT1 (through a DX80 gateway, node 1)' });
  await page.getByLabel('Pump', { exact: true }).fill('P-8');
  const source = await addSource(page, 'Modbus RTU');
  await serial.tell({ kind: 'answer', replies: { [request]: answer(108) } });
  await serial.tell({ kind: 'plug' });
  await expect(source).toContainText('of 1 pump');
  await expect(source).toContainText('Nothing lost');

  await openPump(page, 'P-8');
  await expect(valueOf(page, 'Vibration')).toContainText('0.11 mm/s');
  await expect(valueOf(page, 'Bearing temperature')).toContainText('25.9 °C');
  await expect(valueOf(page, 'Vibration X')).toContainText('0.18 mm/s');
  // The table has as many decimals as tell its rows apart.
  await serial.tell({ kind: 'answer', replies: { [request]: answer(120) } });
  await page.getByText('Readings as a table').first().click();
  await expect(page.getByRole('cell', { name: '0.1200' }).first()).toBeVisible();
  await expect(page.getByRole('cell', { name: '0.1080' }).first()).toBeVisible();

  await serial.tell({ kind: 'answer', replies: { [request]: wrong } });
  await expect(stateOf(page)).toContainText('Nothing new since');
  await openSources(page);
  await expect(lostOf(source)).toContainText('could not be read');
  await expect(lostOf(source)).toContainText('15 bytes that are no answer');
  await serial.tell({ kind: 'answer', replies: {} });
  await expect(lostOf(source)).toContainText('had no answer in time');

  await serial.tell({ kind: 'unplug' });
  await expect(source).toContainText('Waiting');
  await serial.tell({ kind: 'answer', replies: { [request]: answer(2310) } });
  await serial.tell({ kind: 'plug' });
  await expect(source).toContainText('Live since');
  await openPump(page, 'P-8');
  await expect(valueOf(page, 'Vibration')).toContainText('2.31 mm/s');
  await openSources(page);
  await removeSource(page, 'Modbus RTU');
});

test("Modbus RTU: a register map of one's own is checked, kept, read by and let go of", async ({ page }) => {
  const registers = [{ fc: 4, address: 0, type: 'uint16', scale: 0.1, unit: 'A', column: 'Motor_Current_A' }];
  const file = (change: object) => ({
    name: 'own-drive.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ id: 'own-drive', name: 'Own drive', registers, ...change }))
  });
  const load = (change: object) => page.getByLabel('Load a register map').setInputFiles(file(change));

  const serial = await installSerial(page);
  await page.goto('/sources');
  await beginSource(page, 'Modbus RTU');
  await page.getByRole('button', { name: 'Choose the port' }).click();
  await load({ registers: [{ ...registers[0], type: 'bcd' }] });
  const refusal = page.getByRole('alert').filter({ hasText: 'own-drive.json' });
  await expect(refusal).toContainText('registers.0.type');
  await expect(refusal).toContainText('"bcd"');
  await load({});
  await expect(refusal).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Register maps loaded here' })).toContainText('1 register');

  await page.getByLabel('Pump', { exact: true }).fill('P-9');
  await page.getByRole('button', { name: 'Add the source' }).click();
  // Nobody guesses which device it is.
  await expect(page.getByText('Expected a kind of device')).toBeVisible();
  await page.getByLabel('Kind of device').selectOption({ label: 'Own drive' });
  const source = await addSource(page, 'Modbus RTU');
  await serial.tell({ kind: 'answer', replies: { [hex(seal([1, 4, 0, 0, 0, 1]))]: hex(seal([1, 4, 2, 0, 173])) } });
  await serial.tell({ kind: 'plug' });
  await expect(source).toContainText('of 1 pump');
  await openPump(page, 'P-9');
  await expect(valueOf(page, 'Motor current')).toContainText('17.3 A');

  await page.goto('/sources');
  await editSource(page, 'Modbus RTU');
  await expect(page.getByLabel('Kind of device')).toHaveValue('own-drive');
  await page.getByRole('button', { name: 'Remove Own drive' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Own drive' })).toContainText('in use by Modbus RTU');
  await page.getByLabel('Kind of device').selectOption({ label: 'Hitachi SJ200, L200' });
  await saveSource(page);
  await editSource(page, 'Modbus RTU');
  await page.getByRole('button', { name: 'Remove Own drive' }).click();
  await expect(page.getByRole('list', { name: 'Register maps loaded here' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await removeSource(page, 'Modbus RTU');
});
