import { createLiveDisk, createMemoryLiveHistory } from '../support/memory-live-history';
import { describeLiveHistory } from './live-history.contract';

describeLiveHistory('memory', () => {
  const disk = createLiveDisk();
  return {
    open: () => createMemoryLiveHistory(disk),
    countRows: async () => disk.readings.size + disk.scores.size,
    remove: async () => {}
  };
});
