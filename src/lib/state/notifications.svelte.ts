/**
 * System notifications of alarms while nobody looks at the page: shown by the service worker's registration, one at a time, taken away when
 * nothing is announced any more. What they say comes from whoever makes this; the alarms are this device's own, so nothing leaves it.
 */
import type { Alarm } from '../domain/alarm';

/** The same as of what the backend pushes, so that an alarm is not shown twice. */
const tag = 'alarms';

export class SystemNotifications {
  /** `unsupported` where the browser has none, or the address is not secure. */
  permission = $state<NotificationPermission | 'unsupported'>(read());
  #write: (alarm: Alarm, count: number) => { title: string; body: string };
  #known: string[] | null = null;

  constructor(write: (alarm: Alarm, count: number) => { title: string; body: string }) {
    this.#write = write;
  }

  /** Asks the person; a browser lets that be done by a button only. */
  async ask(): Promise<void> {
    if (this.permission !== 'unsupported') this.permission = await Notification.requestPermission();
  }

  /** Takes the alarms that are announced and unacknowledged, most urgent first. Those of the first call were seen when the page was opened. */
  follow(announced: Alarm[]): void {
    const known = this.#known;
    const fresh = known === null ? [] : announced.filter((alarm) => !known.includes(callOf(alarm)));
    this.#known = announced.map(callOf);
    if (read() !== 'granted') return;
    const [first] = fresh;
    if (first && document.hidden) void show(this.#write(first, fresh.length), fresh.length === 1 ? first.id : null);
    else if (announced.length === 0 && known !== null && known.length > 0) void clear();
  }
}

/**
 * Goes where a click on a notification leads, to that alarm or to all with null, when the service worker asks this page to. While `isBusy` it
 * does not answer, so that a window of its own is opened. Returns what ends it.
 */
export function followClicks(go: (alarmId: string | null) => void, isBusy: () => boolean): () => void {
  // There is none where the address is not secure.
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  const take = ({ data, ports }: MessageEvent): void => {
    const { type, alarmId } = (data ?? {}) as { type?: unknown; alarmId?: unknown };
    if (type !== 'SHOW_ALARMS' || isBusy()) return;
    ports[0]?.postMessage(true);
    go(typeof alarmId === 'string' ? alarmId : null);
  };
  workers?.addEventListener('message', take);
  return () => workers?.removeEventListener('message', take);
}

/** A click on it is the service worker's. */
async function show({ title, body }: { title: string; body: string }, alarmId: string | null): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration?.showNotification(title, { body, tag, icon: '/icon-192.png', data: alarmId });
}

async function clear(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  for (const shown of (await registration?.getNotifications({ tag })) ?? []) shown.close();
}

function read(): NotificationPermission | 'unsupported' {
  const isThere = 'Notification' in globalThis && 'serviceWorker' in navigator;
  return isThere ? Notification.permission : 'unsupported';
}

/** One announcement of an alarm. */
function callOf({ id, announcedMs }: Alarm): string {
  return `${id} ${announcedMs}`;
}
