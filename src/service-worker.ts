/**
 * Makes the app start without a network: the whole build is precached, every address gets the one shell, and large
 * models and kernels are cached when first used. A new version waits until the page says SKIP_WAITING. Shows what the
 * backend pushes. Knows nothing of the app; readings and models of the user live in IndexedDB.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

declare const self: ServiceWorkerGlobalScope;

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

registerRoute(new NavigationRoute(createHandlerBoundToURL('/200.html'), { denylist: [/^\/api\//] }));
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
  event.waitUntil(typeof alarmId === 'string' ? showAlarm(alarmId) : showAlarms());
});

function readPush(data: PushMessageData | null): Record<string, unknown> {
  try {
    const sent: unknown = data?.json();
    return typeof sent === 'object' && sent !== null ? { ...sent } : {};
  } catch {
    return {};
  }
}

/** One alarm, in a window of its own where none shows it: what runs, or was typed, in another is not lost by going elsewhere. */
async function showAlarm(id: string): Promise<void> {
  const url = new URL(`/alarms/alarm?id=${encodeURIComponent(id)}`, self.location.origin).href;
  const shown = (await self.clients.matchAll({ type: 'window' })).find((window) => window.url === url);
  await (shown ? shown.focus() : self.clients.openWindow(url));
}

/** Several: whatever is open says so on top of its page. */
async function showAlarms(): Promise<void> {
  const [window] = await self.clients.matchAll({ type: 'window' });
  await (window ? window.focus() : self.clients.openWindow('/alarms'));
}
