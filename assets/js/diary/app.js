// The app: which page is shown, what is said of what waits, when it is sent.
import { deviceTime, shown, shownMoment } from "./days.js";
import { fill, local, make, say, sayCount, whyNotKept } from "./dom.js";
import { own, stored } from "./entry.js";
import { form, refuse } from "./form.js";
import { home } from "./home.js";
import { newKey } from "./ids.js";
import { CLOCK_OFF, Known } from "./known.js";
import { register, unopened } from "./renewal.js";
import { openStore } from "./store.js";
import { sync, waitAfter } from "./sync.js";

const UNDO_SECONDS = 8;
const LOOK_SECONDS = 60;

export async function start() {
  const { vendor, lang, base } = document.body.dataset;
  let store;
  try {
    store = await openStore(vendor);
  } catch (trouble) {
    return unopened(trouble, base);
  }
  const app = new App(store, { vendor, lang, base });
  // A full phone opens the diary all the same.
  if (!(await store.get("device"))) await store.put("device", newKey()).catch(console.warn);
  if ((await store.get("lang")) !== lang) await store.put("lang", lang).catch(console.warn);
  app.listen();
  await app.show();
  document.body.dataset.ready = "yes";
  register(base, () => app.renew());
  // What was written before the app was opened is not taken back any more.
  await app.send({ all: true });
}

// What a task of the crop brings along.
function starting(task, lang) {
  const { input_name, dose, note } = task;
  const named = Object.entries({ input_name, dose, note: local(note, lang) }).filter(([, value]) => value);
  return Object.fromEntries(named);
}

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
    this.store.onclosed = () => location.reload();
    // This page is about to go: what it still asks of a closed store the next one asks again.
    addEventListener("unhandledrejection", (event) => this.store.isClosed && event.preventDefault());
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

  // A newer app has come: it is shown when nothing is being written and nothing can be taken back.
  renew() {
    this.isOld = true;
    if (this.shown === "" && !document.querySelector("[data-toast]")) location.reload();
  }

  // The page of the address; what is being written is not taken away by what comes in.
  async show() {
    const way = location.hash.slice(1);
    const [, kind = "", ...ids] = way.split("/");
    if (this.isOld && kind === "") return location.reload();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.known = await Known.read(this.store, this.lang);
    if (turn !== this.turn) return;
    for (const address of this.addresses.splice(0)) URL.revokeObjectURL(address);
    const page = (await this.page(way, kind, ids)) ?? home(this);
    if (turn !== this.turn) return;
    document.querySelector("[data-back]").hidden = kind === "";
    this.view.replaceChildren(page);
    this.complain("");
    this.warnOfClock();
    this.shown = kind;
    scrollTo(0, 0);
    await this.tell();
    if (kind) this.view.querySelector("h2")?.focus();
  }

  // Told on every page until it is set right: a wrong day breaks waiting times.
  warnOfClock() {
    const wrong = this.known.wrongDay;
    const box = document.querySelector("[data-clock]");
    box.hidden = !wrong;
    if (!wrong) return;
    fill(box, { clock: wrong.sure ? say("clock_day", { day: shown(wrong.day) }) : say("clock_unsure") });
  }

  complain(text) {
    const box = document.querySelector("[data-complaint]");
    fill(box, { complaint: text });
    box.hidden = !text;
    if (text) box.scrollIntoView({ block: "center" });
  }

  async page(way, kind, [id, more]) {
    if (kind === "new" && say.known(`activity.${id}`)) {
      return this.form(way, id, { task: this.known.reference.tasks.find((task) => task.id === more) });
    }
    const draft = this.known.draft(way);
    if (kind === "stored" || kind === "correct") {
      const entry = this.known.reference.entries.find((one) => one.id === id);
      if (kind === "stored") return entry ? stored(this, entry) : null;
      // What others corrected meanwhile is brought together at the market.
      const from = entry ? { facts: entry, base_id: entry.id } : draft?.from;
      return from ? this.form(way, from.facts.activity, { from }) : null;
    }
    const item = id ? await this.store.entry(Number(id)) : null;
    if (item && kind === "entry") return own(this, item);
    if (item && !this.known.isStranger(item)) return this.change(way, kind, item);
    if (draft) await this.store.forgetDraft(draft);
    return null;
  }

  async change(way, kind, item) {
    const { facts } = item;
    if (kind === "again") return this.form(way, facts.activity, { from: { facts, base_id: item.answer.id } });
    const page = await this.form(way, facts.activity, { from: item });
    if (item.state === "refused") refuse(page, item.answer);
    return page;
  }

  async form(way, activity, { from, task }) {
    const draft = this.known.draft(way);
    const photos = await this.store.photosOf((draft?.values ?? from?.facts)?.media);
    return form(this, { activity, way, from, task: task && starting(task, this.lang), draft, photos });
  }

  async refresh() {
    if (this.refreshing) return;
    this.refreshing = true;
    await new Promise((done) => setTimeout(done, 50));
    this.refreshing = false;
    if (["", "entry", "stored"].includes(this.shown) && !this.view.contains(document.activeElement)) await this.show();
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
  async write(facts, { photos = [], way = "", from = {} } = {}) {
    const { worker, season_id, activity } = facts;
    const now = Date.now();
    const last = { ...this.known.last, season_id, [activity]: facts };
    if (worker) last.worker = worker;
    const happened_at = from.facts?.happened_at ?? deviceTime();
    const media = [...new Set([...(from.base_id ? (from.facts.media ?? []) : []), ...facts.media])];
    const item = {
      state: "waiting",
      by: this.known.user,
      at: now,
      not_before: now + UNDO_SECONDS * 1000,
      facts: { ...facts, media, happened_at, lang: this.lang },
    };
    if (from.base_id) item.base_id = from.base_id;
    const seq = await this.store.save(item, { photos, way, last, over: from.seq });
    navigator.storage?.persist?.();
    this.known = await Known.read(this.store, this.lang);
    this.tell();
    this.later();
    return seq;
  }

  // The plot that the next entries are of.
  async choose(season_id) {
    try {
      await this.store.put(`last/${this.known.user}`, { ...this.known.last, season_id });
      await this.show();
    } catch (trouble) {
      this.complain(whyNotKept(trouble));
    }
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
    let done;
    try {
      done = await sync(this.store, { lang: this.lang, base: this.base, all });
    } finally {
      this.sending = false;
    }
    this.full = done?.state === "full";
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
    if (this.full) return say("no_room");
    if (state.state === "signed_out") return say("signed_out");
    if (state.state === "no_access") return say("no_access");
    if (strangers.length) return say("strangers");
    if (["offline", "busy"].includes(state.state)) return say("retrying");
    if (Math.abs(this.known.skew) > CLOCK_OFF) return say("clock");
    return state.at ? say("sent_at", { at: shownMoment(new Date(state.at).toISOString()) }) : "";
  }

  toast(text, { seq }) {
    document.querySelector("[data-toast]")?.remove();
    const box = fill(make("toast"), { text });
    const undo = box.querySelector("button");
    undo.addEventListener("click", async () => {
      box.remove();
      if (await this.store.takeBack(seq)) this.show();
      else this.go(`/entry/${seq}`);
    });
    document.body.append(box);
    setTimeout(() => box.remove(), UNDO_SECONDS * 1000);
  }

  // A copy for whoever helps, when nothing else goes any more.
  async copy() {
    const { unsent: entries, drafts } = this.known;
    const text = JSON.stringify({ entries, drafts }, null, 1);
    const link = document.createElement("a");
    link.href = this.address(new Blob([text], { type: "application/json" }));
    link.download = `diary-${this.vendor}.json`;
    link.click();
  }

  async clear() {
    const left = this.known.unsent.length;
    if (!confirm(left ? sayCount("clear_unsent", left) : say("clear"))) return;
    this.store.onclosed = null;
    this.store.close();
    indexedDB.deleteDatabase(`diary-${this.vendor}`);
    const registration = await navigator.serviceWorker?.getRegistration(this.base);
    await registration?.unregister();
    for (const name of await caches.keys()) if (name.startsWith(`diary-${this.vendor}-`)) await caches.delete(name);
    location.href = `/work/${this.vendor}/farm`;
  }
}
