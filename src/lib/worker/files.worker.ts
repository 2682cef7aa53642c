/** The files' thread: import, chart data, deletion. Wires stages and databases; contains no arithmetic. */
import { expose } from 'comlink';
import type { FilesApi } from '../bridge/files-api';
import { meterTraffic } from '../bridge/traffic';
import { createHistory } from '../history/history';
import { createPresentHistory } from '../history/present';
import { createRecords } from '../records/records';
import { createFilesHost } from './files-host';
import { holdLifeLock } from './guard';

meterTraffic();

const api: FilesApi = {
  live: holdLifeLock,
  ...createFilesHost(createPresentHistory(createHistory()), createRecords(), () => Date.now())
};
expose(api);
