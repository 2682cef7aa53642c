import { expect, test } from 'vitest';
import type { SyncStatus } from '$lib/domain/sync-status';
import { syncSentence } from '$lib/ui/account-words';

const status: SyncStatus = { isRunning: false, pending: 2, conflicts: 0, lastSuccessMs: null, last: null, aheadMs: 0 };

test('a backend that is older is not said to be silent', () => {
  expect(syncSentence({ ...status, last: { kind: 'later', why: 'older-backend' } })).toContain('older than this app');
  expect(syncSentence({ ...status, last: { kind: 'later', why: 'unreachable' } })).toContain('does not answer');
});
