// The diary's service worker: keeps this app, and nothing else of the market, for days without network.
// VERSION, FILES and SHELLS are put in front by the assets build.
import { openStore } from "./store.js";
import { sync } from "./sync.js";

const scope = new URL(self.registration.scope).pathname;
const base = scope.replace(/\/$/, "");
const vendor = scope.split("/")[2];
const kept = `diary-${vendor}-`;
const name = kept + VERSION;
const shells = SHELLS.map((shell) => `${scope}${shell}`);

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install() {
  const cache = await caches.open(name);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  for (const shell of shells) {
    const answer = await fetch(shell, { cache: "no-store", headers: { Accept: "text/html" } });
    // Signed out, the page leads elsewhere: the old version stays until somebody signs in.
    if (!answer.ok || answer.redirected) throw new Error(`no ${shell}`);
    await cache.put(shell, answer);
  }
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  for (const one of await caches.keys()) {
    if (one.startsWith(kept) && one !== name) await caches.delete(one);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  // Files carry the digest of their content in the name; of pages only the app's own are kept.
  if (FILES.includes(url.pathname)) event.respondWith(fromCache(url.pathname, request));
  else if (shells.includes(url.pathname) && request.mode === "navigate") event.respondWith(fromCache(url.pathname, request));
});

async function fromCache(path, request) {
  const cache = await caches.open(name);
  return (await cache.match(path)) ?? fetch(request);
}

// Where a phone has it, the system wakes us when the network is back, even with the app shut.
self.addEventListener("sync", (event) => {
  if (event.tag === "diary") event.waitUntil(sendAway());
});

async function sendAway() {
  const store = await openStore(vendor);
  const lang = (await store.get("lang")) ?? "vi";
  const done = await sync(store, { lang, base });
  store.told.close();
  store.db.close();
  // The system tries again only when it is told that this failed.
  if (done && ["offline", "busy"].includes(done.state)) throw new Error(done.state);
}
