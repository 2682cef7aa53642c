/**
 * Makes the app start without a network: the whole build is precached, every address gets the one shell, and large
 * models and kernels are cached when first used. A new version waits until the page says SKIP_WAITING. Knows nothing of
 * the app; readings and models of the user live in IndexedDB.
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
