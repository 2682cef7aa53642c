/** Passwords of brokers: no page learns one, and a source that is changed without typing it anew keeps it. */
import { expect, test } from 'vitest';
import type { MqttSetup, SourceSetup } from '$lib/domain/source';
import { hideSecret, restoreSecret } from '$lib/worker/live/sources';

const broker: MqttSetup = {
  id: 'b',
  name: 'Broker',
  asset: 'Pump',
  kind: 'mqtt',
  url: 'wss://broker.local/mqtt',
  username: 'inspector',
  password: 'secret',
  payload: 'json',
  topics: ['#'],
  assetLevel: null
};
const twin: SourceSetup = { kind: 'twin', id: 't', name: 'T', asset: 'T', pumps: 1, rateHz: 1, seed: 1, speed: 1 };

test('a page is told that there is a password, and never which', () => {
  expect(hideSecret(broker)).toEqual({ ...broker, password: null });
  expect(hideSecret({ ...broker, password: '' })).toEqual({ ...broker, password: '' });
  expect(hideSecret(twin)).toBe(twin);
});

test('what comes back without one keeps the one before, as long as there is a user', () => {
  const shown = { ...(hideSecret(broker) as MqttSetup), url: 'wss://broker.local:8084/mqtt' };
  expect(restoreSecret(shown, broker)).toEqual({ ...shown, password: 'secret' });
  expect(restoreSecret({ ...shown, password: 'new' }, broker)).toMatchObject({ password: 'new' });
  expect(restoreSecret({ ...shown, username: '' }, broker)).toMatchObject({ password: '' });
  expect(restoreSecret(shown, undefined)).toMatchObject({ password: '' });
  expect(restoreSecret(shown, { ...twin, id: 'b' })).toMatchObject({ password: '' });
});
