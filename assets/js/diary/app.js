// The app: which page is shown, what is said of what waits, when it is sent.
import { dayOf, deviceTime, shown, shownMoment } from "./days.js";
import { fill, make, say, sayCount } from "./dom.js";
import { own, stored } from "./entry.js";
import { form, refuse } from "./form.js";
import { home } from "./home.js";
import { newKey } from "./ids.js";
import { Known } from "./known.js";
import { openStore } from "./store.js";
import { sync, waitAfter } from "./sync.js";

const UNDO_SECONDS = 8;
const LOOK_SECONDS = 60;
// The days of a phone this far off cannot be trusted.
const DAY_OFF = 86_400_000;
const CLOCK_OFF = 600_000;

export async function start() {
  const { vendor, lang, base } = document.body.dataset;
  const store = await openStore(vendor);
  const app = new App(store, { vendor, lang, base });
  if (!(await store.get("device"))) await store.put("device", newKey());
  await store.put("lang", lang);
  app.draft = await store.get("draft");
  app.listen();
  await app.show();
  document.body.dataset.ready = "yes";
  register(base);
  // What was written before the app was opened is not taken back any more.
  await app.send({ all: true });
}

async function register(base) {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(`${base}/sw.js`, { updateViaCache: "none" });
  } catch (trouble) {
    console.warn(trouble);
  }
}

const shownDay = (skew) => shown(dayOf(new Date(Date.now() + skew)));

class App {
  constructor(store, { vendor, lang, base }) {
    this.store = store;
    this.vendor = vendor;
    this.lang = lang;
    this.base = base;
    this.view = document.querySelector("[data-view]");
    this.strip = document.querySelector("[data-strip]");
    this.addresses = [];
    this.sending = false;
  }

  listen() {
    addEventListener("hashchange", () => this.show());
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.tell());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.wake() : this.send()));
    setInterval(() => this.send(), LOOK_SECONDS * 1000);
    const changed = () => this.refresh();
    this.store.onchange = changed;
    this.store.told.addEventListener("message", changed);
    this.strip.querySelector("[data-send]").addEventListener("click", () => this.send({ all: true }));
    const more = document.querySelector("[data-more]");
    more.querySelector("[data-copy]").addEventListener("click", () => this.copy());
    more.querySelector("[data-clear]").addEventListener("click", () => this.clear());
    this.offerInstall(more.querySelector("[data-install]"));
  }

  offerInstall(button) {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      button.hidden = false;
      button.onclick = () => event.prompt();
    });
    addEventListener("appinstalled", () => (button.hidden = true));
  }

  go(way) {
    if (location.hash === `#${way}`) this.show();
    else location.hash = `#${way}`;
  }

  // The page of the address; what is being written is not taken away by what comes in.
  async show() {
    this.known = await Known.read(this.store, this.lang);
    for (const address of this.addresses.splice(0)) URL.revokeObjectURL(address);
    const [, kind = "", id = ""] = location.hash.slice(1).split("/");
    const page = (await this.page(kind, id)) ?? home(this);
    document.querySelector("[data-back]").hidden = kind === "";
    this.view.replaceChildren(page);
    this.warnOfClock();
    this.shown = kind;
    scrollTo(0, 0);
    this.tell();
    if (kind) this.view.querySelector("h2")?.focus();
  }

  // Told on every page until it is set right: a wrong day breaks waiting times.
  warnOfClock() {
    const skew = this.known.session?.skew ?? 0;
    const box = document.querySelector("[data-clock]");
    box.hidden = Math.abs(skew) <= DAY_OFF;
    if (!box.hidden) fill(box, { clock: say("clock_days", { day: shownDay(skew) }) });
  }

  async page(kind, id) {
    if (kind === "new" && say.known(`activity.${id}`)) {
      if (this.draft?.activity !== id) this.draft = await this.draftOf(id);
      return form(this, id);
    }
    if (kind === "stored" || kind === "correct") {
      const entry = this.known.reference.entries.find((one) => one.id === id);
      if (!entry) return null;
      if (kind === "stored") return stored(this, entry);
      return form(this, entry.activity, { facts: entry, base_id: entry.id, photos: [] });
    }
    const item = id ? await this.store.entry(Number(id)) : null;
    if (!item) return null;
    if (kind === "entry") return own(this, item);
    return this.change(kind, item);
  }

  async change(kind, item) {
    const found = await Promise.all(item.facts.media.map((digest) => this.store.photo(digest)));
    const photos = found.filter(Boolean);
    if (kind === "again") {
      return form(this, item.facts.activity, { facts: item.facts, base_id: item.answer.id, photos });
    }
    const page = form(this, item.facts.activity, { ...item, photos });
    if (item.state === "refused") refuse(page, item.answer);
    return page;
  }

  async draftOf(activity) {
    const kept = await this.store.get("draft");
    return kept?.activity === activity ? kept : undefined;
  }

  async refresh() {
    if (this.refreshing) return;
    this.refreshing = true;
    await new Promise((done) => setTimeout(done, 50));
    this.refreshing = false;
    if (["", "entry"].includes(this.shown) && !this.view.contains(document.activeElement)) await this.show();
    else {
      this.known = await Known.read(this.store, this.lang);
      this.warnOfClock();
      this.tell();
    }
  }

  address(blob) {
    const made = URL.createObjectURL(blob);
    this.addresses.push(made);
    return made;
  }

  // Written on the phone first: then it is safe, whatever happens to the network.
  async write(facts, key, photos, from = {}) {
    const { worker, season_id, activity } = facts;
    const now = Date.now();
    const kept = { ...this.known.last, season_id, [activity]: facts };
    if (worker) kept.worker = worker;
    const item = { key, state: "waiting", by: this.known.session?.user.id, at: now, not_before: now + UNDO_SECONDS * 1000 };
    if (from.seq) item.seq = from.seq;
    if (from.base_id) item.base_id = from.base_id;
    const happened_at = from.facts?.happened_at ?? deviceTime();
    const media = [...new Set([...(from.base_id ? (from.facts.media ?? []) : []), ...facts.media])];
    const same = from.seq ? await this.store.entry(from.seq) : {};
    const whole = { ...same, ...item, facts: { ...facts, media, happened_at, lang: this.lang }, answer: undefined };
    const seq = await this.store.save(whole, photos);
    this.draft = undefined;
    await this.store.put("last", kept);
    navigator.storage?.persist?.();
    this.known = await Known.read(this.store, this.lang);
    this.tell();
    this.later();
    return seq;
  }

  // There is a moment to take it back. Then it is sent: by us while the app is open, by the system
  // with the app shut where a phone has that.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), UNDO_SECONDS * 1000 + 100);
    if (!navigator.onLine) this.wake();
  }

  async wake() {
    const registration = await navigator.serviceWorker?.getRegistration(this.base);
    try {
      await registration?.sync?.register("diary");
    } catch {
      // Not allowed on this phone: the app sends by itself.
    }
  }

  async send({ all = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending || !navigator.onLine) return this.tell();
    this.sending = true;
    this.tell();
    const done = await sync(this.store, { lang: this.lang, base: this.base, all });
    this.sending = false;
    await this.refresh();
    const { waiting } = this.known;
    if (!waiting.length) return;
    const next = Math.min(...waiting.map((item) => item.not_before ?? 0)) - Date.now();
    const wait = done?.state === "done" ? Math.max(next, 2000) : waitAfter(done?.tries ?? 1);
    this.timer = setTimeout(() => this.send(), wait);
    if (done?.state === "offline") this.wake();
  }

  // Always in sight: how many entries are not yet sent, and why.
  async tell() {
    const { unsent, strangers, photos } = this.known;
    const state = (await this.store.get("sync")) ?? {};
    const pictures = photos.filter((photo) => photo.state === "waiting").length;
    const counts = [unsent.length && sayCount("unsent", unsent.length), pictures && sayCount("pictures", pictures)];
    const text = counts.filter(Boolean).join(" · ") || say("all_sent");
    fill(this.strip, { count: text, why: this.why(state, strangers) });
    this.strip.dataset.state = unsent.length || pictures ? "waiting" : "done";
    const sleeps = this.sending || !navigator.onLine || !(unsent.length || pictures);
    this.strip.querySelector("[data-send]").hidden = sleeps;
    this.strip.querySelector("[data-sign-in]").hidden = state.state !== "signed_out" || !navigator.onLine;
  }

  why(state, strangers) {
    if (!navigator.onLine) return say("offline");
    if (this.sending) return say("sending");
    if (state.state === "signed_out") return say("signed_out");
    if (state.state === "no_access") return say("no_access");
    if (strangers.length) return say("strangers");
    if (["offline", "busy"].includes(state.state)) return say("retrying");
    if (Math.abs(this.known.session?.skew ?? 0) > CLOCK_OFF) return say("clock");
    return state.at ? say("sent_at", { at: shownMoment(new Date(state.at).toISOString()) }) : "";
  }

  toast(text, { seq }) {
    document.querySelector("[data-toast]")?.remove();
    const box = fill(make("toast"), { text });
    const undo = box.querySelector("button");
    undo.addEventListener("click", async () => {
      box.remove();
      const item = await this.store.entry(seq);
      if (item?.state === "waiting") {
        await this.store.drop(seq);
        this.show();
      } else this.go(`/entry/${seq}`);
    });
    document.body.append(box);
    setTimeout(() => box.remove(), UNDO_SECONDS * 1000);
  }

  // A copy for whoever helps, when nothing else goes any more.
  async copy() {
    const text = JSON.stringify(this.known.unsent, null, 1);
    const link = document.createElement("a");
    link.href = this.address(new Blob([text], { type: "application/json" }));
    link.download = `diary-${this.vendor}.json`;
    link.click();
  }

  async clear() {
    const left = this.known.unsent.length;
    if (!confirm(left ? sayCount("clear_unsent", left) : say("clear"))) return;
    this.store.db.close();
    indexedDB.deleteDatabase(`diary-${this.vendor}`);
    const registration = await navigator.serviceWorker?.getRegistration(this.base);
    await registration?.unregister();
    for (const name of await caches.keys()) if (name.startsWith(`diary-${this.vendor}-`)) await caches.delete(name);
    location.href = `/work/${this.vendor}/farm`;
  }
}
