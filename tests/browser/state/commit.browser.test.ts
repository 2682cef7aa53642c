/** What the device's own ledger refuses is a fault to the person, with place, value and what was expected; nothing is said to be stored then. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mount, unmount } from 'svelte';
import { page } from 'vitest/browser';
import type { Alarm, AlarmRule } from '$lib/domain/alarm';
import { AlarmRules } from '$lib/state/alarm-rules.svelte';
import { app } from '$lib/state/app.svelte';
import { PumpGroups } from '$lib/state/pump-groups.svelte';
import AlarmRuleForm from '$lib/ui/AlarmRuleForm.svelte';
import { acknowledgeEvent, draftEvent, raiseEvent, sampleRule } from '../../support/operation-samples';
import { sampleAsset } from '../../support/stored-samples';

const asset = sampleAsset('pump-1');
const table = new AlarmRules();
const pendingCount = async () => (await app.loadLedger()).pendingCount();

beforeEach(async () => {
  await app.records.addAsset(asset, []);
  table.show(asset.id);
  await expect.poll(() => table.rules).toBeDefined();
});
afterEach(() => table.stop());

/** An alarm of this device that stands. */
async function raise(): Promise<Alarm> {
  const ledger = await app.loadLedger();
  const { deviceId } = await ledger.device();
  const draft = draftEvent(deviceId, raiseEvent(crypto.randomUUID()));
  await ledger.commit([draft], '');
  return (await app.alarms.alarm(draft.id))!;
}

test('a rule with too long a text is refused by the form’s check and by that of a file, and nothing is made of it', async () => {
  const [rule] = table.rules as [AlarmRule];
  const pending = await pendingCount();
  const long = { ...rule, action: 'a'.repeat(2001) };
  const fault = { code: 'bad-rule', found: '2001 characters', expected: 'at most 2000 characters' };
  expect(await table.save([long], [rule], 'trial')).toMatchObject({
    fault: { ...fault, where: `${rule.name}, action` }
  });
  const causes = Array.from({ length: 101 }, () => 'worn');
  expect(await table.save([{ ...rule, causes }], [rule], 'trial')).toMatchObject({ fault: { found: '101 causes' } });
  const file = JSON.stringify({ format: 'pumpside-alarm-rules', version: 1, rules: [long] });
  expect(await table.load(file, [rule], 'trial')).toMatchObject({
    fault: {
      code: 'bad-rule',
      where: 'rule 1',
      found: 'rule.action: found 2001 characters, expected at most 2000 characters'
    }
  });
  expect(await pendingCount()).toBe(pending);
  expect(await table.save([{ ...long, action: 'a'.repeat(2000) }], [rule], 'trial')).toEqual({
    ok: true,
    value: { kind: 'stored', count: 1 }
  });
  expect(await pendingCount()).toBe(pending + 1);
});

test('the form takes no longer texts', () => {
  const ignore = () => {};
  const props = { rule: sampleRule('Pressure H'), obstacle: '', onsave: ignore, onreset: ignore, oncancel: ignore };
  const shown = mount(AlarmRuleForm, { target: document.body, props });
  for (const name of ['What to do', 'If nobody acts']) {
    expect(page.getByLabelText(name).element()).toHaveProperty('maxLength', 2000);
  }
  void unmount(shown);
});

test('what the ledger refuses is no success, whoever has asked for it', async () => {
  const pending = await pendingCount();
  const rules = table.rules!.slice(0, 3).map((rule) => ({ ...rule, owner: `shift ${crypto.randomUUID()}` }));
  const half = '\ud800';
  expect(await table.save([{ ...rules[0]!, owner: half }], table.rules!, 'trial')).toMatchObject({
    ok: false,
    fault: { code: 'bad-act', found: 'body: found a character that is none' }
  });
  expect(await table.save(rules, table.rules!, 'r'.repeat(2001))).toMatchObject({
    ok: false,
    fault: { where: `rule ${rules[0]!.id}, 3 of 3 are refused`, found: expect.stringContaining('reason') as string }
  });
  const alarm = await raise();
  expect(await app.alarms.comment(alarm, 'c'.repeat(10_001))).toMatchObject({ fault: { code: 'bad-act' } });
  expect(await app.alarms.comment(alarm, half)).toMatchObject({ fault: { code: 'bad-act' } });
  const shelve = { kind: 'shelve', untilMs: Date.now() + 60_000, reason: 'r'.repeat(2001) } as const;
  expect(await app.alarms.act([alarm], shelve)).toMatchObject({ fault: { code: 'bad-act' } });
  const groups = new PumpGroups();
  expect(await groups.put({ id: asset.id, name: asset.name, group: '' }, 'g'.repeat(201))).toMatchObject({
    fault: { code: 'bad-act' }
  });
  // The alarm alone.
  expect(await pendingCount()).toBe(pending + 1);
});

test('what somebody else has done in the meantime is done, and no fault', async () => {
  const alarm = await raise();
  const ledger = await app.loadLedger();
  await ledger.commit([draftEvent(alarm.deviceId, acknowledgeEvent(alarm.occurrence!.id))], '');
  expect(await app.alarms.act([alarm], { kind: 'acknowledge' })).toEqual({ ok: true, value: null });
});
