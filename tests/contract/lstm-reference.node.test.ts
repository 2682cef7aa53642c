import { createReferenceEngine } from '$lib/lstm/reference/engine';
import { describeLstmEngine } from './lstm-engine.contract';

describeLstmEngine('double precision', async () => createReferenceEngine(), { maximumWork: 6e7 });
