// The page that verifies bundles: files are read here and sent nowhere.
import { Unreadable, readBundle, readNote, verifyBundle } from "./proof.js";

const box = document.querySelector("[data-verify]");
const words = JSON.parse(box.dataset.words);
const steps = JSON.parse(box.dataset.steps);
const fields = JSON.parse(box.dataset.fields);
const keys = JSON.parse(box.dataset.keys);
const part = (name) => box.querySelector(`[data-verify-${name}]`);
const kept = { bundle: null, older: null };

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");

async function take(files) {
  clear();
  for (const file of files) {
    const text = await file.text();
    if (text.trimStart().startsWith("{")) kept.bundle = text;
    else kept.older = text;
  }
  judge();
}

function clear() {
  for (const name of ["good", "bad", "unreadable"]) part(name).hidden = true;
  part("events").replaceChildren();
  part("problems").replaceChildren();
}

function judge() {
  if (kept.bundle === null) {
    part("older-kept").hidden = kept.older === null;
    return;
  }
  try {
    const bundle = readBundle(kept.bundle);
    const older = kept.older === null ? null : readNote(kept.older);
    show(bundle, verifyBundle(bundle, { origin: box.dataset.origin, trusted: keys, older }));
  } catch (wrong) {
    if (!(wrong instanceof Unreadable)) console.error(wrong);
    part("unreadable").hidden = false;
  }
}

function show(bundle, verdict) {
  const bad = new Map();
  for (const one of verdict.problems) {
    const item = document.createElement("li");
    item.textContent = fill(words[one.code], one.values);
    part("problems").append(item);
    if (one.values.event) bad.set(one.values.event, true);
  }
  part(verdict.problems.length ? "bad" : "good").hidden = false;
  const facts = { count: bundle.events.length, size: verdict.point.size, at: when(verdict.signer.at) };
  for (const name of Object.keys(facts)) {
    for (const place of box.querySelectorAll(`[data-fact="${name}"]`)) place.textContent = facts[name];
  }
  part("with-older").hidden = kept.older === null || verdict.problems.length > 0;
  for (const event of bundle.events) part("events").append(line(event, bad.has(event.id)));
  (verdict.problems.length ? part("bad") : part("good")).focus();
}

// As the market writes them everywhere: day first, the time of Viet Nam.
const written = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh",
  dateStyle: "short",
  timeStyle: "short",
});
const when = (at) => (at ? written.format(at).replace(",", "") : "");

function line(event, isBad) {
  const item = box.querySelector("template").content.firstElementChild.cloneNode(true);
  const told = parsed(event.body);
  item.classList.toggle("proof-bad", isBad);
  const put = (name, text) => {
    item.querySelector(`[data-${name}]`).textContent = text;
  };
  put("step", steps[told.bizStep] ?? told.bizStep ?? told.type);
  put("time", told.eventTime ? when(new Date(told.eventTime)) : "");
  put("number", String(event.index + 1n));
  put("opened", event.opened.map((one) => `${fields[one.field] ?? one.field}: ${one.value}`).join(", "));
  item.querySelector(isBad ? "[data-mark-bad]" : "[data-mark-good]").hidden = false;
  item.querySelector("pre").textContent = JSON.stringify(told, null, 1);
  return item;
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return { type: body };
  }
}

async function fetchLot() {
  const answer = await fetch(box.dataset.bundle);
  if (!answer.ok) return;
  kept.bundle = await answer.text();
  judge();
}

part("form").hidden = false;
part("file").addEventListener("change", (event) => take(event.target.files));
for (const kind of ["dragover", "dragleave", "drop"]) {
  part("form").addEventListener(kind, (event) => {
    event.preventDefault();
    part("form").classList.toggle("drop-over", kind === "dragover");
    if (kind === "drop") take(event.dataTransfer.files);
  });
}
if (box.dataset.bundle) fetchLot();
