// One entry: big fields, what was used last filled in, kept at each stroke.
import { shown, today } from "./days.js";
import { drawIcon, fill, make, option, say, whyNotKept } from "./dom.js";
import { freeFrom } from "./interval.js";
import { ACTIVITIES } from "./known.js";
import { shrink } from "./photo.js";

const MOST_PHOTOS = 6;
const TEXTS = "season_id done_on input_name active_ingredient dose worker note input_batch_id used reason".split(" ");

// `from` is what is changed: an item of the outbox, or an entry of the server (`base_id`); `task` is
// what begins it, `draft` what was half written on the page of this `way`, with its pictures.
export function form(app, { activity, way, from = null, task = null, draft = null, photos = [] }) {
  const { known } = app;
  const root = make("form");
  for (const part of root.querySelectorAll("[data-for]")) {
    if (!part.dataset.for.split(" ").includes(activity)) part.remove();
  }
  if (!from?.base_id) root.querySelector("[data-correcting]").remove();
  else root.querySelector("[name=best_before]")?.closest("details").remove();
  drawIcon(root, ACTIVITIES[activity]);
  fill(root, { heading: say(`activity.${activity}`) });
  const page = { app, root, activity, way, from, photos: [], place: draft?.place ?? null, fields: root.elements };
  lists(page);
  if (from?.base_id) page.fields.season_id.disabled = true;
  const blank = { done_on: today(), season_id: known.current?.id, ...known.repeated(activity), ...task };
  put(page, { ...(from?.facts ?? blank), ...draft?.values });
  for (const photo of photos) show(page, photo);
  root.addEventListener("input", () => keep(page));
  root.addEventListener("submit", (event) => save(event, page));
  cameras(page);
  places(page);
  products(page);
  discards(page, draft);
  judge(page);
  return root;
}

function lists(page) {
  const { known } = page.app;
  const seasons = page.root.querySelector("[name=season_id]");
  const chosen = page.from?.facts.season_id;
  for (const season of known.seasons) {
    if (!season.ended_on || season.id === chosen) seasons.append(option(season.id, known.place(season)));
  }
  const people = [...new Set([known.worker, ...known.reference.people].filter(Boolean))];
  page.root.querySelector("[data-people]")?.append(...people.map((name) => option(name)));
  const kinds = known.reference.products.filter((product) => product.activity === page.activity);
  page.root.querySelector("[data-products]")?.append(...kinds.map((product) => option(product.name)));
  const shed = page.root.querySelector("[data-shed]");
  if (!shed) return;
  shed.hidden = !known.reference.batches.length;
  for (const batch of known.reference.batches) {
    const more = [batch.lot_code, batch.expires_on && say("expires", { day: shown(batch.expires_on) })];
    page.fields.input_batch_id.append(option(batch.id, [batch.name, ...more].filter(Boolean).join(" · ")));
  }
}

function put(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.fields[name];
    if (field && value !== null && value !== undefined) field.value = value;
  }
  if (values.quantity_text && page.fields.quantity) page.fields.quantity.value = values.quantity_text;
}

function read(page) {
  const text = (name) => page.fields[name]?.value.trim() ?? "";
  const facts = { activity: page.activity, media: page.photos.map((photo) => photo.digest) };
  for (const name of TEXTS) if (page.fields[name]) facts[name] = text(name);
  if (page.activity === "spray") facts.phi_days = text("phi_days") === "" ? null : Number(text("phi_days"));
  if (page.activity === "harvest") {
    Object.assign(facts, { quantity_text: text("quantity"), unit: text("unit") });
    if (page.fields.best_before) facts.best_before = text("best_before");
  }
  if (page.place) Object.assign(facts, page.place);
  return facts;
}

// What is half written outlives the tab: the first page leads back to it.
let keeping;
function keep(page) {
  judge(page);
  clearTimeout(keeping);
  keeping = setTimeout(() => keepNow(page), 150);
}

async function keepNow(page) {
  const { app, activity, way, from, place, photos } = page;
  const { seq, base_id, facts } = from ?? {};
  const draft = { way, by: app.known.user, activity, values: read(page), place, at: Date.now() };
  if (from) draft.from = { seq, base_id, facts };
  try {
    await app.store.keepDraft(draft, photos);
    page.root.querySelector("[data-discard]").hidden = false;
  } catch (trouble) {
    mistake(page, "", whyNotKept(trouble));
  }
}

function discards(page, draft) {
  const button = page.root.querySelector("[data-discard]");
  button.hidden = !draft;
  button.addEventListener("click", async () => {
    if (!confirm(say("sure_draft"))) return;
    clearTimeout(keeping);
    await page.app.store.forgetDraft({ by: page.app.known.user, way: page.way });
    page.app.go("/");
  });
}

// A product brings its label along: dose, waiting time for this crop, active ingredient. One that
// is on no list brings nothing: what was filled in is of the product before it.
function products(page) {
  const { known } = page.app;
  const { input_name: name, input_batch_id: batch } = page.fields;
  let before = name?.value;
  const named = () => {
    const wanted = name.value.trim().toLowerCase();
    const product = known.reference.products.find(
      (one) => one.activity === page.activity && one.name.toLowerCase() === wanted,
    );
    const label = product && known.label(product, known.season(page.fields.season_id.value));
    const brought = [label?.dose, product?.active_ingredient, label?.phi_days].map((one) => one ?? "");
    const [dose, active_ingredient, phi_days] = brought;
    if (product || name.value !== before) put(page, { dose, active_ingredient, phi_days });
    before = name.value;
    keep(page);
  };
  name?.addEventListener("change", named);
  page.fields.season_id.addEventListener("change", () => name?.value && named());
  batch?.addEventListener("change", () => {
    const taken = known.reference.batches.find((one) => one.id === batch.value);
    if (taken) name.value = taken.name;
    named();
  });
}

// What the waiting time says is told while it is written, without network.
function judge(page) {
  const { known } = page.app;
  const facts = read(page);
  const box = page.root.querySelector("[data-allowed]");
  if (!box) return;
  let text = "";
  if (page.activity === "spray" && facts.input_name && facts.done_on) {
    const free = Number.isInteger(facts.phi_days) ? freeFrom(facts) : null;
    text = free ? say("allowed", { day: shown(free) }) : say("unknown", { product: facts.input_name });
  }
  if (page.activity === "harvest" && facts.done_on) {
    const { kept, spray, free_from } = known.clearance(known.season(facts.season_id), facts.done_on);
    if (!kept) text = free_from ? say("held", { day: shown(free_from), product: spray.name }) : say("unknown", { product: spray.name });
  }
  fill(box, { allowed: text });
  box.hidden = !text;
}

function cameras(page) {
  page.reading = Promise.resolve();
  for (const input of page.root.querySelectorAll("[type=file]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      page.reading = page.reading.then(() => take(page, files));
    });
  }
}

async function take(page, files) {
  mistake(page, "photos", "");
  for (const file of files) {
    if (page.photos.length >= MOST_PHOTOS) {
      mistake(page, "photos", say("enough_pictures", { most: MOST_PHOTOS }));
      break;
    }
    try {
      show(page, await shrink(file));
    } catch {
      mistake(page, "photos", say("no_picture"));
    }
  }
  keep(page);
}

function show(page, photo) {
  if (page.photos.some((one) => one.digest === photo.digest)) return;
  page.photos.push(photo);
  const item = make("photo");
  item.querySelector("img").src = page.app.address(photo.blob);
  item.querySelector("button").addEventListener("click", () => {
    page.photos = page.photos.filter((one) => one !== photo);
    item.remove();
    keep(page);
  });
  page.root.querySelector("[data-photos]").append(item);
}

// Where it was done is written down only when the person wishes so, and never into the pictures.
function places(page) {
  const box = page.fields.place;
  const said = page.root.querySelector("[data-is=place]");
  box.checked = Boolean(page.place);
  box.addEventListener("change", () => {
    page.place = null;
    said.textContent = box.checked ? say("finding") : "";
    if (!box.checked) return keep(page);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        page.place = { lat: Number(coords.latitude.toFixed(5)), lon: Number(coords.longitude.toFixed(5)) };
        said.textContent = say("found", { metres: Math.round(coords.accuracy) });
        keep(page);
      },
      () => {
        box.checked = false;
        said.textContent = say("no_place");
      },
      { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 },
    );
  });
}

function mistakes(page, facts) {
  const found = {};
  const season = page.app.known.season(facts.season_id);
  if (!facts.done_on) found.done_on = say("need_day");
  else if (page.app.known.isToCome(facts.done_on)) found.done_on = say("still_to_come");
  else if (season && facts.done_on < season.started_on) found.done_on = say("too_early");
  if (page.activity === "spray") {
    if (!facts.input_name) found.input_name = say("need_product");
    const days = facts.phi_days;
    if (days !== null && !(Number.isInteger(days) && days >= 0 && days <= 365)) found.phi_days = say("need_phi");
  }
  if (page.activity === "harvest" && !/\d/.test(facts.quantity_text)) found.quantity = say("need_quantity");
  return found;
}

function mistake(page, name, text) {
  const place = page.root.querySelector(`[data-error="${name}"]`) ?? page.root.querySelector('[data-error=""]');
  fill(place, { error: text });
  place.hidden = !text;
  page.fields[name]?.setAttribute?.("aria-invalid", text ? "true" : "false");
}

export function refuse(root, answer) {
  mistake({ root, fields: root.elements }, answer.field ?? "", answer.message);
}

async function save(event, page) {
  event.preventDefault();
  if (page.saving) return;
  page.saving = true;
  try {
    // A picture that is just being made small belongs to it.
    await page.reading;
    await write(page);
  } finally {
    page.saving = false;
  }
}

async function write(page) {
  const facts = read(page);
  const wrong = mistakes(page, facts);
  for (const place of page.root.querySelectorAll("[data-error]")) mistake(page, place.dataset.error, "");
  for (const [name, text] of Object.entries(wrong)) mistake(page, name, text);
  const first = Object.keys(wrong)[0];
  if (first) return page.fields[first]?.focus();
  clearTimeout(keeping);
  const { from, app, photos, way } = page;
  let seq;
  try {
    seq = await app.write(facts, { photos, way, from: from ?? {} });
  } catch (trouble) {
    // The page stays as it is: nothing of it is lost while there is no room for it.
    mistake(page, "", whyNotKept(trouble));
    page.root.querySelector('[data-error=""]').scrollIntoView();
    return;
  }
  app.go("/");
  app.toast(say("saved"), { seq });
}
