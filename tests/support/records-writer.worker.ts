/**
 * A thread that writes records and history as the engine does, for tests of what the page sees of it.
 */
import { createHistory } from '$lib/history/history';
import { createRecords } from '$lib/records/records';
import { sampleReadings } from './stored-samples';

/** Renames asset `a` in one database and appends readings to it in the other, then answers. */
addEventListener('message', (event: MessageEvent<{ records: string; history: string; name: string; t0Ms: number }>) => {
  void write(event.data).then(() => postMessage('stored'));
});

async function write(order: { records: string; history: string; name: string; t0Ms: number }): Promise<void> {
  await createRecords(order.records).renameAsset('a', order.name);
  await createHistory(order.history).appendReadings([sampleReadings('a', order.t0Ms, 5)]);
}
