// The app itself: kept by its service worker for days without network, renewed when nobody writes.
import { fill, make, say } from "./dom.js";
import { isOlder } from "./store.js";

const AGAIN = 60_000;
const HOUR = 3_600_000;

// Registers the service worker; `renewed` is called when a newer one has taken over.
export async function register(base, renewed) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  let had = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    if (had) renewed();
    had = true;
  });
  try {
    const found = await workers.register(`${base}/sw.js`, { updateViaCache: "none" });
    let looked = Date.now();
    // On a home screen the app stays open for weeks.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || Date.now() - looked < HOUR) return;
      looked = Date.now();
      found.update().catch(() => {});
    });
  } catch (trouble) {
    console.warn(trouble);
  }
}

// The store cannot be opened. Where a newer app wrote it, this page is an old one that was kept
// somewhere: a newer one is fetched. Nothing in the store is touched.
export async function unopened(trouble, base) {
  console.warn(trouble);
  const box = fill(make("unopened"), { why: say(isOlder(trouble) ? "older" : "not_opened") });
  box.querySelector("button").addEventListener("click", () => location.reload());
  document.querySelector("[data-view]").replaceChildren(box);
  document.querySelector("[data-more]").hidden = true;
  addEventListener("online", () => location.reload());
  if (isOlder(trouble) && mayReload()) await fetchNewer(base);
}

// By itself once a minute at most: it may be that the market has no newer one.
function mayReload() {
  const last = Number(sessionStorage.getItem("reloaded") ?? 0);
  if (Date.now() - last < AGAIN) return false;
  sessionStorage.setItem("reloaded", Date.now());
  return true;
}

async function fetchNewer(base) {
  try {
    const found = await navigator.serviceWorker?.getRegistration(base);
    await found?.update();
    const coming = found?.installing ?? found?.waiting;
    if (coming) await new Promise((done) => coming.addEventListener("statechange", () => isSettled(coming) && done()));
    location.reload();
  } catch (trouble) {
    // Without network it waits: with it the page is opened anew.
    console.warn(trouble);
  }
}

const isSettled = (worker) => ["activated", "redundant"].includes(worker.state);
