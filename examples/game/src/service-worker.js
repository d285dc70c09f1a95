// Plain JavaScript: it runs outside the page, where the types of the page do not hold. The build puts in the list of
// the game's files and a name that changes with them.
const files = __FILES__;
const cacheName = __CACHE__;
const configuration = '/config.json';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([...files, configuration])));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  // Identities, credentials and scores are other origins' business, and never kept here.
  if (origin !== self.location.origin || event.request.method !== 'GET') return;
  if (pathname.startsWith('/assets/')) event.respondWith(fromCacheFirst(event.request));
  else event.respondWith(fromNetworkFirst(event.request));
});

/** Names of assets change with their content: what is kept is right. */
async function fromCacheFirst(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/** Pages and the configuration, as they are now, and as they were last when there is no network. */
async function fromNetworkFirst(request) {
  try {
    const response = await fetch(request);
    if (response.ok && new URL(request.url).pathname === configuration) {
      const cache = await caches.open(cacheName);
      await cache.put(configuration, response.clone());
    }
    return response;
  } catch (error) {
    // The address may carry the provider's answer: the page is the same.
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept === undefined) throw error;
    return kept;
  }
}
