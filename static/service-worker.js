/**
 * Over https: when a phone's page is loaded anew without a connection, a page of this house says
 * what waits on the phone, in place of the browser's error. Served as /sw.js, which sets `SHELL`:
 * {version, page, files}.
 *
 * Only that page and its own files are kept. Nothing of a panel goes through here: no answer of
 * the API, no page with anything of a person.
 */

const { version, page, files } = self.SHELL;
const CACHE = `hemicycle-${version}`;
const PHONE_PAGE = /^\/p\/[^/]+(\/comments|\/traces)?$/;

self.addEventListener("install", (event) => {
  const fresh = new Request(page, { cache: "reload" });
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([fresh, ...files]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && PHONE_PAGE.test(pathname)) {
    event.respondWith(fetch(request).catch(() => kept(page)));
  } else if (files.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found || fetch(request)));
  }
});

function kept(address) {
  return caches.open(CACHE).then((cache) => cache.match(address));
}
