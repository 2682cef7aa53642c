/** The data pack outside the repository: public recordings that may be read by tests and never shipped. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Its folder: `PUMPSIDE_DATA`, or `../shared/data` beside the checkout. */
export const dataPack = process.env.PUMPSIDE_DATA ?? join(import.meta.dirname, '../../../shared/data');

/** Whether the pack is there. Tests that need it name it in their titles and are skipped by name otherwise. */
export const hasDataPack = existsSync(join(dataPack, 'skab/valve1/0.csv'));
