/** What every channel must do, whatever stands behind it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message, MessageNotice, Notifier } from '../../src/server/notify/notifier';
import type { Network } from '../../src/server/notify/reachable';

/** How the other side behaves: takes it, asks for patience, refuses, or says nothing. */
export type Manner = 'takes' | 'busy' | 'refuses' | 'silent';

/** The other side, on the loopback address. */
export interface FarSide {
  /** The adapter that sends there. */
  open(network: Network): Notifier;
  manner: Manner;
  /** What arrived, one text a message. */
  arrived: string[];
  /** Resolves when the next message has begun to arrive. */
  whenAsked(): Promise<void>;
  stop(): Promise<void>;
}

export const plant: Network = { allowsPrivate: true };
/** What the far side says when it refuses; it must not get further than the adapter. */
export const refusalWords = 'inner-secret-of-the-far-side';

const notice: MessageNotice = {
  kind: 'announced',
  occurrenceId: 'occurrence-1',
  alarmId: 'tablet:p1:hh',
  ruleId: 'p1:hh',
  deviceId: 'tablet',
  assetId: 'p1',
  assetName: 'Pump 1',
  group: 'north',
  name: 'Bearing temperature HH',
  priority: 'critical',
  value: 95,
  limit: 90,
  unit: '°C',
  atMs: Date.UTC(2026, 0, 5, 12),
  by: '',
  raisedMs: Date.UTC(2026, 0, 5, 12),
  returnedMs: null,
  hiddenMs: null
};
export const message: Message = {
  id: '00000000-0000-4000-8000-000000000001',
  kind: 'alarms',
  notices: [notice],
  standing: [],
  reached: []
};

const never = new AbortController().signal;

export function describeNotifier(name: string, start: () => Promise<FarSide>): void {
  describe(name, () => {
    let far: FarSide;
    beforeAll(async () => {
      far = await start();
    });
    beforeEach(() => {
      far.manner = 'takes';
      far.arrived.length = 0;
    });
    afterAll(async () => {
      await far.stop();
    });

    test('sends a message once', async () => {
      expect(await far.open(plant).send(message, never)).toEqual({ ok: true });
      expect(far.arrived).toHaveLength(1);
    });
    test('sends a test', async () => {
      expect(await far.open(plant).send({ ...message, kind: 'test', notices: [] }, never)).toEqual({ ok: true });
      expect(far.arrived).toHaveLength(1);
    });
    test('a far side that is busy may take it later', async () => {
      far.manner = 'busy';
      expect(await far.open(plant).send(message, never)).toMatchObject({ ok: false, final: false, gone: false });
      expect(far.arrived).toEqual([]);
    });
    test('one that refuses will refuse again, and its words go no further', async () => {
      far.manner = 'refuses';
      const sent = await far.open(plant).send(message, never);
      expect(sent).toMatchObject({ ok: false, final: true, gone: false });
      expect(JSON.stringify(sent)).not.toContain(refusalWords);
    });
    test('one that says nothing is not waited for', async () => {
      far.manner = 'silent';
      const patience = new AbortController();
      const asked = far.whenAsked();
      const sending = far.open(plant).send(message, patience.signal);
      await asked;
      patience.abort();
      expect(await sending).toMatchObject({ ok: false, final: false, gone: false });
    });
    test('an address inside the plant is refused where it is not allowed, and nothing is sent', async () => {
      expect(await far.open({ allowsPrivate: false }).send(message, never)).toMatchObject({ ok: false, final: true });
      expect(far.arrived).toEqual([]);
    });
  });
}
