/** The engine's thread: training and scoring. The kernels of a GPU are loaded only where there is one. */
import { expose } from 'comlink';
import type { EngineApi } from '../bridge/engine-api';
import { meterTraffic } from '../bridge/traffic';
import { createHistory } from '../history/history';
import { createMeasurements } from '../records/measurements';
import { createRecords } from '../records/records';
import { createEngineHost } from './engine-host';
import { holdLifeLock } from './guard';
import { loadKernels } from './kernels';
import { openScorers } from './scorers';

meterTraffic();

const measurements = createMeasurements();
// A new version may have other kernels: what an older one measured does not hold for it.
const keyOf = (key: string) => `${__APP_VERSION__} ${key}`;

const api: EngineApi = {
  live: holdLifeLock,
  ...createEngineHost({
    history: createHistory(),
    records: createRecords(),
    loadKernels,
    openRemotes: openScorers,
    measured: {
      read: (key) => measurements.read(keyOf(key)),
      write: (key, value) => measurements.write(keyOf(key), value)
    },
    now: () => performance.now(),
    pause: () => new Promise((resolve) => setTimeout(resolve)),
    wallMs: () => Date.now(),
    codeVersion: __APP_VERSION__
  })
};
expose(api);
