import { createMemoryRecords, createRecordsDisk } from '../support/memory-records';
import { describeRecords } from './records.contract';

describeRecords('memory', () => {
  const disk = createRecordsDisk();
  return {
    open: () => createMemoryRecords(disk),
    // As rows of tables: an asset and its rejected rows are two, a model and its weights are two, a finding is one.
    countRows: async () => 2 * disk.assets.size + 2 * disk.models.size + disk.findings.size + disk.states.size,
    remove: async () => {}
  };
});
