/**
 * Makes the app start without a network: the whole build is precached, every address gets the one shell, and large
 * models and kernels are cached when first used. A new version waits until the page says SKIP_WAITING. Shows what the
 * backend pushes. Knows nothing of the app; readings and models of the user live in IndexedDB.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

declare const self: ServiceWorkerGlobalScope;

/** How long a page has to say that it goes where a click on a notification leads. */
const answerMs = 500;

// The build puts `url` or `url,revision` rows here, see server/precaching-adapter.mjs.
const rows = '%PRECACHE%'.split(';');

precacheAndRoute(
  rows.map((row) => {
    const [url, revision = null] = row.split(',');
    return { url: `/${url}`, revision };
  }),
  { cleanURLs: false, directoryIndex: '' }
);
cleanupOutdatedCaches();

// What the backend answers itself is no page of the app.
const denylist = [/^\/api\//, /^\/(detect|health|metrics)(\/|$)/];
registerRoute(new NavigationRoute(createHandlerBoundToURL('/200.html'), { denylist }));
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && /^\/_app\/immutable\/.*\.(wasm|bin)$/.test(url.pathname),
  new CacheFirst({ cacheName: 'heavy-v1' })
);

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

// A push says no more than how urgent it is: what it is about passes through nobody else's servers. Browsers want every push shown.
self.addEventListener('push', (event) => {
  const { kind, severity, count, alarmId } = readPush(event.data);
  const what = Number(count) > 1 ? `${Number(count)} alarms` : 'Alarm';
  const title =
    kind === 'test' ? 'Test message' : typeof severity === 'string' ? `${what}, priority ${severity}` : what;
  const body = kind === 'test' ? 'This browser can be told of alarms.' : 'Open Pumpside to see what it is.';
  // The page shows its own in the same way, see `state/notifications`.
  const options = { body, tag: 'alarms', icon: '/icon-192.png', data: typeof alarmId === 'string' ? alarmId : null };
  event.waitUntil(self.registration.showNotification(title, options));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const alarmId: unknown = event.notification.data;
  event.waitUntil(showAlarms(typeof alarmId === 'string' ? alarmId : null));
});

function readPush(data: PushMessageData | null): Record<string, unknown> {
  try {
    const sent: unknown = data?.json();
    return typeof sent === 'object' && sent !== null ? { ...sent } : {};
  } catch {
    return {};
  }
}

/**
 * One alarm, or all, in a window that is open already: its page goes there by itself, so that what runs in it goes on. In a new one where none
 * is, or where it does not answer: a page that sleeps, in which something typed is not stored, or that was loaded before this was built. That is
 * asked before the window is brought to the front, for a browser allows one of the two for a click.
 */
async function showAlarms(alarmId: string | null): Promise<void> {
  const path = alarmId === null ? '/alarms' : `/alarms/alarm?id=${encodeURIComponent(alarmId)}`;
  const { href } = new URL(path, self.location.origin);
  // The one that was in front last.
  const [window] = await self.clients.matchAll({ type: 'window' });
  if (window && (await sendThere(window, alarmId))) await window.focus();
  else await self.clients.openWindow(href);
}

/** Whether the page has taken it, see `state/notifications`. */
function sendThere(window: WindowClient, alarmId: string | null): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), answerMs);
    window.postMessage({ type: 'SHOW_ALARMS', alarmId }, [port2]);
  });
}
