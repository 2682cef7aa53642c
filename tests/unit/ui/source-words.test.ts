import { describe, expect, it } from 'vitest';
import type { ModbusSetup, SourceState } from '$lib/domain/source';
import { parseSetup } from '$lib/ingest/parse-setup';
import { faultKinds } from '$lib/simulate/fault';
import { checkTwinSetup } from '$lib/simulate/source';
import { draftSetups, draftTwin } from '$lib/ui/source-drafts';
import { clockText, lossText, orderTexts, portText, sourcePhaseText } from '$lib/ui/source-words';
import { faultCourseWord, twinFaultWord } from '$lib/ui/twin-words';

const atMs = Date.UTC(2026, 9, 25, 3, 0);

describe('how a source stands', () => {
  const state = (change: Partial<SourceState>): SourceState => ({
    phase: 'open',
    sinceMs: atMs,
    attempt: 0,
    nextTryMs: null,
    fault: null,
    ...change
  });

  it('says since when, and when it tries again', () => {
    expect(sourcePhaseText(state({}), atMs)).toBe('Live since 25 Oct 2026, 03:00 UTC');
    expect(sourcePhaseText(state({ phase: 'waiting', nextTryMs: atMs + 11_200 }), atMs)).toBe(
      'Waiting: tries again in 12\u00a0s'
    );
    expect(sourcePhaseText(state({ phase: 'waiting', nextTryMs: atMs - 5000 }), atMs)).toBe(
      'Waiting: tries again in 1\u00a0s'
    );
    expect(sourcePhaseText(state({ phase: 'connecting', attempt: 3 }), atMs)).toBe('Connecting, try 3');
  });

  it('says what was lost and what was out of order, in the singular too', () => {
    expect(lossText('unreadable', 1)).toBe('1 message could not be read');
    expect(lossText('sequence-gap', 1200)).toBe('1,200 messages were lost on the way');
    expect(orderTexts({ late: 0, duplicates: 1, backfilled: 0, ahead: 2 })).toEqual([
      '1 reading came twice and counts once',
      '2 readings were stamped in the future and are left out'
    ]);
  });

  it('asks for the likely reason of a clock that moved', () => {
    expect(clockText({ atMs, byMs: -3_600_000, isWholeHours: true, isJump: true })).toBe(
      'The clock of this source jumped back by 1\u00a0h at 25 Oct 2026, 03:00 UTC: summer time or a wrong time zone?'
    );
    expect(clockText({ atMs, byMs: 95_000, isWholeHours: false, isJump: false })).toMatch(
      /is 1\u00a0min 35\u00a0s ahead of/
    );
  });
});

it('a port is named by its ids, and by its number where others like it may be plugged in', () => {
  const ids = { usbVendorId: 0x0403, usbProductId: 0x6001 };
  expect(portText({ ...ids, place: 0 })).toBe('USB 0403:6001');
  expect(portText({ ...ids, place: 1 })).toBe('USB 0403:6001, number 2 of its kind');
  expect(portText(null)).toBe('the only port allowed');
});

it('every fault of the simulated pump has a name of its own, and every course', () => {
  const named = faultKinds.map(twinFaultWord);
  expect(new Set(named).size).toBe(faultKinds.length);
  // A code that has no words comes out in lower case.
  for (const word of named) expect(word).toMatch(/^[A-Z]/);
  expect(faultCourseWord('ramp')).toBe('Evenly');
});

describe('drafts', () => {
  it('are valid once the address is filled in', () => {
    const { twin, websocket, mqtt, serial, modbus } = draftSetups([]);
    const url = 'wss://gateway.local/';
    for (const draft of [twin, { ...websocket, url }, { ...mqtt, url }, serial]) {
      expect(parseSetup({ ...draft, id: 'a' })).toMatchObject({ ok: true });
    }
    // Which device it is, nobody guesses.
    expect(parseSetup({ ...modbus, id: 'a' })).toMatchObject({ ok: false, fault: { where: 'devices.0.map' } });
    expect(checkTwinSetup(twin)).toBeNull();
  });

  it('of a source that is changed are that source, and nothing done to them touches it', () => {
    const changed: ModbusSetup = { ...draftSetups([]).modbus, id: 'a', name: 'Line 2' };
    const { modbus, websocket } = draftSetups(['Line 2'], changed);
    expect(modbus).toEqual(changed);
    modbus.devices.push({ address: 2, map: 'm', asset: 'P-2' });
    expect(changed.devices).toHaveLength(1);
    expect(websocket.name).toBe('WebSocket');
  });

  it('take no name that is taken', () => {
    expect(draftTwin(['Simulated pump', 'Simulated pump 2']).name).toBe('Simulated pump 3');
  });
});
