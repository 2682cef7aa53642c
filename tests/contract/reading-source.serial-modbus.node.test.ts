/**
 * The Modbus source on a scripted port with one device. A device does not send, it is asked: a frame sent is a round of asking here,
 * which the place lets come when it has put the value into the register. The time is that of the frame.
 */
import { expect, vi } from 'vitest';
import type { Clock } from '$lib/domain/clock';
import type { ModbusSetup, SourceListener } from '$lib/domain/source';
import { checkRegisterMap } from '$lib/ingest/modbus/register-map';
import { createModbusSource } from '$lib/ingest/modbus/source';
import { createBrowserPorts } from '$lib/ingest/serial/port';
import { createModbusLine } from '../support/modbus-line';
import { createScriptedSerial, scriptedIds } from '../support/scripted-serial';
import { describeReadingSource, timeOf } from './reading-source.contract';
import type { SourcePlace } from './reading-source.contract';

const setup: ModbusSetup = {
  kind: 'modbus',
  id: '1',
  name: 'test',
  asset: 'own',
  line: { port: scriptedIds, baudRate: 19_200, dataBits: 8, stopBits: 1, parity: 'even' },
  devices: [{ address: 1, map: 'test', asset: 'P-101A' }]
};
/** So long that no round comes by itself. */
const pollMs = 86_400_000;
const checked = checkRegisterMap({
  id: 'test',
  name: 'test',
  registers: [{ fc: 3, address: 0, type: 'float32', column: 'n', pollMs }]
});

function createPlace(): SourcePlace {
  const serial = createScriptedSerial();
  const line = createModbusLine((bytes) => serial.send(bytes), { now: () => 0, after: () => () => {} });
  const registers = new Map<number, number>();
  line.devices.set(1, { registers });
  serial.onWrite = line.hear;
  let sentMs = 0;
  let isRoundOver = false;
  let askNow: (() => void) | null = null;

  function setRegister(value: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    registers.set(0, view.getUint16(0)).set(1, view.getUint16(2));
  }

  /** The clock of the frames, whose timers run; only the round of asking waits for the next frame. */
  function createClock(clock: Clock): Clock {
    return {
      now: () => sentMs || clock.now(),
      after(milliseconds, act) {
        if (milliseconds !== pollMs) return clock.after(milliseconds, act);
        askNow = act;
        return () => (askNow = askNow === act ? null : askNow);
      }
    };
  }

  /** A device always has a value. The one before the first frame is no number, and left out. */
  function watchRounds(listener: SourceListener): SourceListener {
    return {
      loss: (loss) => listener.loss(loss),
      stale: (asset, tMs) => listener.stale(asset, tMs),
      state(state) {
        if (state.phase === 'connecting') {
          isRoundOver = false;
          setRegister(NaN);
        }
        listener.state(state);
      },
      readings(readings) {
        isRoundOver = true;
        if (!Number.isNaN(readings[0]!.values[0])) listener.readings(readings);
      }
    };
  }

  const roundOver = () => vi.waitFor(() => expect(isRoundOver).toBe(true), { interval: 1, timeout: 10_000 });

  return {
    start: async () => serial.plugIn(),
    kill: async () => serial.unplug(),
    async send(n) {
      await roundOver();
      sentMs = timeOf(n);
      setRegister(n);
      isRoundOver = false;
      askNow!();
      await roundOver();
    },
    createSource(listener, clock) {
      return createModbusSource(setup, watchRounds(listener), {
        clock: createClock(clock),
        ports: createBrowserPorts(serial.register),
        findMap: () => (checked.ok ? checked.value : undefined)
      });
    }
  };
}

describeReadingSource('Modbus RTU', createPlace);
