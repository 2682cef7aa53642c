import { createMemoryHistory, type HistoryDisk } from '../support/memory-history';
import { describeHistory } from './history.contract';

describeHistory('memory', () => {
  const disk: HistoryDisk = { readings: [], scores: [] };
  return {
    open: () => createMemoryHistory(disk),
    countRows: async () => disk.readings.length + disk.scores.length,
    remove: async () => {}
  };
});
