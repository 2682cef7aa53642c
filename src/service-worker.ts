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
  const { kind, severity } = readPush(event.data);
  const title = kind === 'test' ? 'Test message' : severity ? `Alarm, priority ${severity}` : 'Alarm';
  const body = kind === 'test' ? 'This browser can be told of alarms.' : 'Open Pumpside to see it.';
  event.waitUntil(self.registration.showNotification(title, { body, tag: 'alarms', icon: '/icon-192.png' }));
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showAlarms());
});

function readPush(data: PushMessageData | null): { kind?: unknown; severity?: string } {
  try {
    const { kind, severity } = data?.json() ?? {};
    return { kind, ...(typeof severity === 'string' ? { severity } : {}) };
  } catch {
    return {};
  }
}

/** A window that is open is used; work in it is not lost by going to another address. */
async function showAlarms(): Promise<void> {
  const [window] = await self.clients.matchAll({ type: 'window' });
  if (window) await window.focus();
  else await self.clients.openWindow('/alarms');
}
