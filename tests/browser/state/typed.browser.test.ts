/** A page in which something typed is not stored leaves a click on a notification to a window of its own. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { followClicks } from '$lib/state/notifications.svelte';
import { isTypedUnstored, watchTyped } from '$lib/state/typed';

const gone = vi.fn();
let ends: (() => void)[] = [];

beforeEach(() => {
  gone.mockClear();
  ends = [watchTyped(), followClicks(gone, isTypedUnstored)];
  document.body.innerHTML = `
    <form><label>Comment <textarea>as it was</textarea></label></form>
    <dialog><form><label>Why <input></form></dialog>
    <label>Search <input></label>`;
});

afterEach(() => {
  for (const end of ends) end();
  document.body.replaceChildren();
});

/** What the service worker does at a click; true where the page has taken it. */
function click(): boolean {
  const before = gone.mock.calls.length;
  navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { type: 'SHOW_ALARMS', alarmId: 'a' } }));
  return gone.mock.calls.length > before;
}

test('what is typed into a form keeps the page where it is, until it says again what it said, or the form is gone', async () => {
  const comment = page.getByLabelText('Comment');
  expect(click()).toBe(true);
  await comment.fill('half of a sen');
  expect(click()).toBe(false);
  await comment.fill('');
  expect(click()).toBe(false);
  await comment.fill('as it was');
  expect(click()).toBe(true);
  await comment.fill('something else');
  document.querySelector('form')!.remove();
  expect(click()).toBe(true);
});

test('a field that belongs to no form does not, and a dialog only while it is open', async () => {
  await userEvent.type(page.getByLabelText('Search'), 'bearing');
  expect(click()).toBe(true);
  const dialog = document.querySelector('dialog')!;
  dialog.showModal();
  await page.getByLabelText('Why').fill('cleaning');
  expect(click()).toBe(false);
  dialog.close();
  expect(click()).toBe(true);
});
