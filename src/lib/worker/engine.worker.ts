/** The engine's thread: training and scoring. The kernels of a GPU are loaded only where there is one. */
import { expose } from 'comlink';
import type { EngineApi } from '../bridge/engine-api';
import { meterTraffic } from '../bridge/traffic';
import { createHistory } from '../history/history';
import { createLiveHistory } from '../history/live/live-history';
import { createWholeHistory } from '../history/whole';
import { createMeasurements } from '../records/measurements';
import { createRecords } from '../records/records';
import { createEngineHost } from './engine-host';
import { holdLifeLock } from './guard';
import { loadKernels } from './kernels';
import { openScorers } from './scorers';

meterTraffic();

const api: EngineApi = {
  live: holdLifeLock,
  ...createEngineHost({
    history: createWholeHistory(createHistory(), createLiveHistory()),
    records: createRecords(),
    loadKernels,
    openRemotes: openScorers,
    measured: createMeasurements(__APP_VERSION__),
    now: () => performance.now(),
    pause: () => new Promise((resolve) => setTimeout(resolve)),
    wallMs: () => Date.now(),
    codeVersion: __APP_VERSION__
  })
};
expose(api);
