/** What one tab learns of another. */
import { afterEach, expect, test } from 'vitest';
import { Session } from '$lib/state/session.svelte';

afterEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
});

/** The storage of another document of this origin: what it writes, this one is told. */
function otherTab(): Storage {
  const frame = document.body.appendChild(document.createElement('iframe'));
  return frame.contentWindow!.localStorage;
}

test('a device that is registered in another tab is registered in this one, too, and its exchange is told once', async () => {
  const session = new Session();
  const seen: (string | null)[] = [];
  session.followRegistration(() => seen.push(session.registeredId));
  const other = otherTab();
  other.setItem('pumpside-theme', 'dark');
  other.setItem('pumpside-registered-device', 'device-1');
  await expect.poll(() => session.registeredId).toBe('device-1');
  other.setItem('pumpside-theme', 'light');
  other.setItem('pumpside-registered-device', 'device-2');
  await expect.poll(() => session.registeredId).toBe('device-2');
  expect(seen).toEqual(['device-1', 'device-2']);
});
