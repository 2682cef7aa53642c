/** Deciding what the backend has refused while the device does not know yet what stands against it. */
import { mount, unmount } from 'svelte';
import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { PullPage } from '$lib/domain/ledger';
import { app } from '$lib/state/app.svelte';
import { Conflicts } from '$lib/state/conflicts.svelte';
import ConflictList from '$lib/ui/ConflictList.svelte';
import { draftRule, sampleEntity } from '../../support/operation-samples';

const pageOf = (part: Partial<PullPage>): PullPage => ({
  changes: [],
  cursor: 0,
  lastSeq: 0,
  more: false,
  resetRequired: false,
  ...part
});

/** The words below the conflict as the page shows them then. */
async function shownOf(conflicts: Conflicts): Promise<string> {
  const list = await (await app.loadLedger()).conflicts();
  const props = { conflicts: list, waitingId: conflicts.waitingId, onresolve: () => {}, ruleHref: () => '' };
  const shown = mount(ConflictList, { target: document.body, props });
  const words = page.getByRole('status').element().textContent.trim();
  await unmount(shown);
  return words;
}

test('one’s own that cannot be asked for again yet stays, and the list says so', async () => {
  const ledger = await app.loadLedger();
  const { deviceId } = await ledger.device();
  const [first] = await ledger.commit([draftRule('of ann')], 'ann');
  const { opId, seq } = first!;
  // Other tests may have left some in the same ledger.
  const pending = await ledger.pending(1000);
  await ledger.settle(pending.map((each) => ({ seq: each.seq, opId: each.opId, outcome: 'applied' })));
  await ledger.integrate(
    pageOf({ changes: [sampleEntity('rule', draftRule('of ann'), 9, deviceId)], cursor: 9, lastSeq: seq })
  );
  // The backend was put back, and refuses now what it had taken.
  await ledger.integrate(pageOf({ lastSeq: seq - 1, more: true, resetRequired: true }));
  await ledger.settle([{ seq, opId, outcome: 'refused', code: 'conflict', detail: 'changed' }]);
  const conflicts = new Conflicts();
  expect(await shownOf(conflicts)).toBe('');
  expect(await conflicts.resolve(opId, 'mine')).toEqual({ ok: true, value: null });
  expect(await shownOf(conflicts)).toMatch(/^Not decided yet: this device is reading again what is there/);
  const theirs = sampleEntity('rule', draftRule('of bob'), 3);
  await ledger.integrate(pageOf({ changes: [theirs], cursor: 3, lastSeq: seq }));
  await conflicts.resolve(opId, 'mine');
  expect(conflicts.waitingId).toBeNull();
  expect(await ledger.conflicts()).toEqual([]);
});
