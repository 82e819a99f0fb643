// One entry that was written: how far it is, what the server said, what can be done.
import { shown, shownMoment } from "./days.js";
import { drawIcon, fill, make, say, whyNotKept } from "./dom.js";
import { ACTIVITIES, amount } from "./known.js";

const SHOWN = ["done_on", "season_id", "input_name", "batch", "dose", "phi_days", "quantity_text", "worker", "note"];

// An entry of this phone.
export function own(app, item) {
  const root = page(app, item.facts, item.state);
  photos(app, root, item.facts.media);
  const { answer = {} } = item;
  const told = {
    waiting: say(app.known.isStranger(item) ? "stranger" : "told.waiting"),
    sending: say("told.waiting"),
    refused: answer.message,
    conflict: say("told.conflict"),
    stored: say("told.stored", { at: shownMoment(new Date(item.answered_at ?? 0).toISOString()) }),
  };
  fill(root, { told: told[item.state] });
  if (item.state === "refused") root.querySelector("[data-told]").classList.add("note-bad");
  if (answer.lot && item.state === "stored") {
    fill(root, { lot: say(answer.lot.held ? "lot.held" : "lot.open", { code: answer.lot.code }) });
  }
  if (item.state === "conflict") both(app, root, item);
  buttons(app, root, item);
  return root;
}

// An entry as the server has it.
export function stored(app, entry) {
  const root = page(app, entry, "stored");
  photos(app, root, entry.media);
  if (entry.lot) fill(root, { lot: say("lot.is", { code: entry.lot }) });
  changes(root, `/correct/${entry.id}`, app);
  return root;
}

function page(app, facts, state) {
  const root = drawIcon(make("entry"), ACTIVITIES[facts.activity]);
  fill(root, { heading: say(`activity.${facts.activity}`), state: say(`state.${state}`), told: "", lot: "" });
  root.querySelector("[data-is=state]").classList.add(`mark-${state}`);
  for (const name of SHOWN) {
    const value = name === "quantity_text" ? amount(facts) : written(app, name, facts[name]);
    if (value === "" || value === undefined || value === null) continue;
    root.querySelector("dl").append(pair(name, value));
  }
  return root;
}

function pair(name, value) {
  return fill(make("fact"), { name: say(`field.${name}`), value });
}

export function written(app, name, value) {
  if (name === "amount") return amount(value);
  if (name === "season_id") return app.known.place(app.known.season(value));
  if (name === "done_on") return shown(value);
  if (name === "media") return String((value ?? []).length);
  return value === null || value === undefined ? "" : String(value);
}

async function photos(app, root, digests) {
  for (const digest of digests ?? []) {
    const photo = await app.store.photo(digest);
    const item = make("picture");
    const state = photo?.state ?? "stored";
    item.querySelector("img").src = photo ? app.address(photo.blob) : `/media/pictures/${digest}-320.webp`;
    const share = photo?.state === "waiting" && photo.sent ? Math.floor((100 * photo.sent) / photo.size) : 0;
    fill(item, { state: photo?.message || (share ? say("photo.share", { share }) : say(`photo.${state}`)) });
    const bar = item.querySelector("progress");
    bar.hidden = !share;
    bar.value = share;
    root.querySelector("[data-pictures]").append(item);
  }
}

function changes(root, way, app) {
  const change = root.querySelector("[data-change]");
  change.hidden = false;
  change.addEventListener("click", () => app.go(way));
}

function buttons(app, root, item) {
  // What somebody else wrote on this phone is theirs: it is neither changed nor deleted here.
  if (app.known.isStranger(item)) return;
  const canChange = ["waiting", "refused"].includes(item.state);
  if (canChange) changes(root, `/change/${item.seq}`, app);
  if (item.state === "stored" && item.answer?.id) {
    changes(root, `/again/${item.seq}`, app);
  }
  const drop = root.querySelector("[data-drop]");
  drop.hidden = !["waiting", "refused", "conflict"].includes(item.state);
  drop.addEventListener("click", async () => {
    if (!confirm(say("sure"))) return;
    await app.store.drop(item.seq);
    app.go("/");
  });
}

// Somebody changed the same entry meanwhile: both are shown, field by field, and one is chosen.
function both(app, root, item) {
  const box = root.querySelector("[data-both]");
  box.hidden = false;
  for (const { name, mine, theirs } of item.answer.fields) {
    const row = make("choice");
    fill(row, {
      name: say(`field.${name}`),
      mine: written(app, name, mine) || say("nothing"),
      theirs: written(app, name, theirs) || say("nothing"),
    });
    for (const input of row.querySelectorAll("input")) input.name = name;
    box.querySelector("[data-choices]").append(row);
  }
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = { ...item.answer.merged };
    for (const { name, mine, theirs } of item.answer.fields) {
      chosen[name] = box.elements[name].value === "theirs" ? theirs : mine;
    }
    // How much and in what are one thing to choose, but two in a form.
    const { amount: brought, ...others } = chosen;
    const facts = { ...item.facts, ...others, ...brought };
    const settled = { facts, base_id: item.answer.id, state: "waiting", not_before: 0, answer: undefined };
    try {
      await app.store.change(item.seq, settled);
    } catch (trouble) {
      return app.complain(whyNotKept(trouble));
    }
    app.go("/");
    app.send();
  });
}

