// The worker of the installed portal, at its root. It keeps the files of the looks and one page that says that there is no network:
// nothing of a person. What is kept, and under which name, stands in worker.<language>.js (portal/install_http.go).
const { name, offline, files } = self.tamga
const nobody = url => new Request(url, { credentials: 'omit' }) // a page of nobody, whoever is signed in

self.addEventListener('install', event => {
  const keep = async () => {
    const cache = await caches.open(name)
    await cache.addAll([...files, offline].map(nobody))
    await self.skipWaiting()
  }
  event.waitUntil(keep())
})

self.addEventListener('activate', event => {
  const clean = async () => {
    for (const old of await caches.keys()) if (old !== name) await caches.delete(old)
    await self.clients.claim()
  }
  event.waitUntil(clean())
})

self.addEventListener('fetch', event => {
  const { request } = event
  if (request.mode === 'navigate') {
    // Forms of other sites go past the worker: what it sends, the server would take for our own.
    if (request.method !== 'GET' && !request.referrer.startsWith(`${self.location.origin}/`)) return
    event.respondWith(fetch(request).catch(async fault => await caches.match(offline) ?? Promise.reject(fault)))
  } else if (request.method === 'GET' && files.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then(kept => kept ?? fetch(request)))
  }
})
