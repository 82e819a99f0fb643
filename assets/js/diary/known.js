// What the phone knows: the pulled reference and its own outbox, read together.
import { dayOf, today } from "./days.js";
import { judgeHarvest } from "./interval.js";
import { local, say } from "./dom.js";

export const ACTIVITIES = {
  spray: "eyedropper",
  fertiliser: "leaf",
  irrigation: "droplet",
  care: "scissors",
  harvest: "basket",
  observation: "eye",
  seeding: "flower1",
  soil: "moisture",
  lab_test: "clipboard-check",
};

// A clock this far off is told; whether it still is, is not sure some time after the last contact.
export const CLOCK_OFF = 600_000;
const SURE = 3_600_000;
const EMPTY = { seasons: [], products: [], batches: [], people: [], tasks: [], entries: [] };
// What the next entry of the same kind most likely repeats.
const REPEATED = ["input_name", "active_ingredient", "dose", "phi_days", "unit", "input_batch_id"];

const userOf = (session) => session?.user.id ?? "";

// How much was harvested, as people say it; a number with its own unit says it already.
export function amount({ quantity_text: text, unit } = {}) {
  if (!text) return "";
  return /^[\d.,\s]+$/.test(text) ? `${text} ${say(`unit.${unit || "kg"}`)}` : text;
}

// An entry of the server in the words of a form: texts of one language, nothing missing.
function plain(entry, lang) {
  const texts = ["input_name", "active_ingredient", "dose", "worker"].map((name) => [name, entry[name] ?? ""]);
  return { ...entry, ...Object.fromEntries(texts), note: local(entry.note, lang) };
}

// What corrections in the phone replace: entries of the server by id, entries of the phone by place.
const replacedBy = (items) => new Set(items.flatMap((item) => [item.base_id, item.follows]).filter(Boolean));
const isReplaced = (item, replaced) => replaced.has(item.answer?.id) || replaced.has(item.seq);
const isUnsent = (item) => item.state !== "stored";

export class Known {
  constructor(lang, { reference, outbox, last, session, photos, drafts }) {
    this.lang = lang;
    this.reference = { ...EMPTY, ...reference };
    this.reference.entries = this.reference.entries.map((entry) => plain(entry, lang));
    this.pulled = Boolean(reference);
    this.outbox = outbox;
    this.last = last ?? {};
    this.session = session;
    this.photos = photos;
    this.drafts = drafts.filter((draft) => draft.by === this.user).sort((one, other) => other.at - one.at);
  }

  // Of pictures only what is known of them: a phone has hundreds, and little memory.
  static async read(store, lang) {
    const [reference, outbox, session, photos, drafts] = await Promise.all([
      store.get("reference"),
      store.all(),
      store.get("session"),
      store.photos(),
      store.drafts(),
    ]);
    const last = await store.get(`last/${userOf(session)}`);
    return new Known(lang, { reference, outbox, last, session, photos, drafts });
  }

  // Whose phone it is now: what is half written, and what comes next most likely, is each one's own.
  get user() {
    return userOf(this.session);
  }

  draft(way) {
    return this.drafts.find((draft) => draft.way === way);
  }

  // What is wrong with the clock of this phone, in milliseconds; it may have been set right
  // since the market was last reached.
  get skew() {
    return this.session?.skew ?? 0;
  }

  // The day at the market, when the phone has another one; unsure when that was long ago.
  get wrongDay() {
    const { at = 0 } = this.session ?? {};
    const now = Date.now();
    const day = dayOf(new Date(now + this.skew));
    if (Math.abs(this.skew) <= CLOCK_OFF || day === dayOf(new Date(now))) return null;
    return { day, sure: now >= at && now - at < SURE };
  }

  // A day that is still to come by both clocks.
  isToCome(day) {
    return day > today() && day > dayOf(new Date(Date.now() + this.skew));
  }

  // What the phone knows better than the pulled reference, or what the reference tells as well;
  // an entry that others corrected since is told by its correction.
  get own() {
    const told = new Set(this.reference.entries.map((entry) => entry.key));
    const pulled = this.reference.pulled_at ?? 0;
    return this.outbox.filter(
      (item) => item.state !== "stored" || told.has(item.key) || item.answered_at > pulled,
    );
  }

  get unsent() {
    return this.outbox.filter(isUnsent);
  }

  get waiting() {
    return this.outbox.filter((item) => item.state === "waiting" && !this.isStranger(item));
  }

  get strangers() {
    return this.unsent.filter((item) => this.isStranger(item));
  }

  // Somebody else wrote it on this phone.
  isStranger(item) {
    return Boolean(item.by && this.user && item.by !== this.user);
  }

  get seasons() {
    return this.reference.seasons;
  }

  season(id) {
    return this.seasons.find((season) => season.id === id);
  }

  get current() {
    const open = this.seasons.filter((season) => !season.ended_on);
    return open.find((season) => season.id === this.last.season_id) ?? open[0];
  }

  place(season) {
    if (!season) return "";
    const crop = local(season.crop, this.lang);
    return `${season.plot} · ${season.variety ? `${crop} ${season.variety}` : crop}`;
  }

  tasks(season) {
    const wanted = new Set(season?.tasks ?? []);
    return this.reference.tasks.filter((task) => wanted.has(task.id));
  }

  // Sprays of a plot, those still in the phone among them; a correction in the phone replaces what it corrects.
  sprays(season, besides) {
    if (!season) return [];
    const plots = new Map(this.seasons.map((one) => [one.id, one.plot_id]));
    const mine = this.own.filter((item) => item.seq !== besides);
    const replaced = replacedBy(mine);
    const known = new Set(season.sprays.map((spray) => spray.key));
    const pulled = season.sprays.filter((spray) => !replaced.has(spray.id));
    const own = mine
      .filter((item) => item.facts.activity === "spray" && !known.has(item.key))
      .filter((item) => !isReplaced(item, replaced))
      .filter((item) => plots.get(item.facts.season_id) === season.plot_id)
      .map(({ facts }) => ({ ...facts, name: facts.input_name, block: null }));
    return [...pulled, ...own];
  }

  // What the label of a product says for a season's crop; of one outside the list what was written last.
  label(product, season) {
    if (!product.is_listed) return product;
    const label = product.labels[season?.crop_id];
    return { phi_days: product.is_banned ? null : label?.phi_days, dose: product.dose || label?.dose };
  }

  clearance(season, day = today(), besides = undefined) {
    return judgeHarvest(this.sprays(season, besides), day);
  }

  repeated(activity) {
    const earlier = this.reference.entries.find((entry) => entry.activity === activity);
    const found = { ...earlier, ...this.last[activity] };
    const values = REPEATED.map((name) => [name, found[name]]).filter(([, value]) => value || value === 0);
    const repeated = Object.fromEntries(values);
    return { ...repeated, worker: this.worker };
  }

  // Who most likely did it: whoever was named last, or who writes.
  get worker() {
    return this.last.worker ?? this.session?.user.name ?? "";
  }

  // What is written in a season, the newest first: from the phone, then from the server.
  lines(season) {
    const replaced = replacedBy(this.outbox);
    const own = this.own.filter((item) => !isReplaced(item, replaced)).reverse();
    const keys = new Set(own.map((item) => item.key));
    const pulled = this.reference.entries.filter(
      (entry) => entry.season_id === season?.id && !keys.has(entry.key) && !replaced.has(entry.id),
    );
    return { own, pulled };
  }

  title(facts) {
    const name = say(`activity.${facts.activity}`);
    const what = facts.activity === "harvest" ? amount(facts) : facts.input_name;
    return what ? `${name} · ${what}` : name;
  }
}
